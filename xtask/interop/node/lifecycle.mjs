// The v1.0 lifecycle of an access package, by Microsoft's Graph client for JavaScript, against an
// emulator. Addresses and secrets come from the environment (`entitle emulate --env-file`). Prints a
// line for each step; an assertion that fails ends it.

import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { ClientSecretCredential } from "@azure/identity";
import { Client, PageIterator } from "@microsoft/microsoft-graph-client";
import { TokenCredentialAuthenticationProvider } from "@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials/index.js";

const env = process.env;
const scopes = ["https://graph.microsoft.com/.default"];
const root = "/identityGovernance/entitlementManagement";

const credential = (secret) =>
  new ClientSecretCredential(env.TENANT_ID, env.CLIENT_ID, secret, {
    authorityHost: env.AUTHORITY_URL,
    disableInstanceDiscovery: true,
  });

const client = (signedIn) =>
  Client.initWithMiddleware({
    baseUrl: `${env.GRAPH_URL}/`,
    defaultVersion: "v1.0",
    customHosts: new Set([new URL(env.GRAPH_URL).hostname]),
    authProvider: new TokenCredentialAuthenticationProvider(signedIn, { scopes }),
  });

// The requestor's own token: a request for oneself needs it.
const password = {
  async getToken(scope) {
    const form = new URLSearchParams({
      grant_type: "password",
      client_id: env.CLIENT_ID,
      username: env.REQUESTOR_USERNAME,
      password: env.REQUESTOR_PASSWORD,
      scope: [scope].flat().join(" "),
    });
    const url = `${env.AUTHORITY_URL}/${env.TENANT_ID}/oauth2/v2.0/token`;
    const token = await (await fetch(url, { method: "POST", body: form })).json();
    return { token: token.access_token, expiresOnTimestamp: Date.now() + token.expires_in * 1000 };
  },
};

const step = (what) => console.log(`  ${what}`);

// Reads a request until it is in an end state. The emulator's clock runs faster than ours.
async function finished(graph, id) {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    const read = await graph.api(`${root}/assignmentRequests/${id}`).get();
    if (!["submitted", "delivering"].includes(read.state)) return read;
    await pause(50);
  }
  throw new Error(`the request ${id} is not finished after a minute`);
}

await assert.rejects(credential("not-the-secret").getToken(scopes), /AADSTS7000215/);
step("a wrong secret is refused");

const graph = client(credential(env.CLIENT_SECRET));
const requestor = client(password);

const me = await requestor.api("/me").get();
assert.equal(me.id, env.REQUESTOR_ID);
step("the requestor is who signed in");

const group = await graph.api("/groups").post({
  displayName: "Marketing resources",
  mailEnabled: false,
  mailNickname: "markres",
  securityEnabled: true,
});
const catalogs = await graph.api(`${root}/catalogs`).filter("displayName eq 'General'").get();
assert.equal(catalogs.value.length, 1);
const catalog = { id: catalogs.value[0].id };
step("a group and the catalog General");

const added = await graph.api(`${root}/resourceRequests`).post({
  requestType: "adminAdd",
  catalog,
  resource: { originId: group.id, originSystem: "AadGroup" },
});
assert.equal(added.state, "delivered");
const resources = await graph
  .api(`${root}/catalogs/${catalog.id}/resources`)
  .filter(`originId eq '${group.id}'`)
  .get();
const resource = resources.value[0];
const roles = await graph
  .api(`${root}/catalogs/${catalog.id}/resourceRoles`)
  .filter(`originSystem eq 'AadGroup' and displayName eq 'Member' and resource/id eq '${resource.id}'`)
  .expand("resource")
  .get();
assert.equal(roles.value[0].originId, `Member_${group.id}`);
step("the group is a resource with the role Member");

const accessPackage = await graph.api(`${root}/accessPackages`).post({
  catalog,
  displayName: "Marketing Campaign",
  description: "Access to resources for the campaign",
});
await graph.api(`${root}/accessPackages/${accessPackage.id}/resourceRoleScopes`).post({
  role: {
    originId: roles.value[0].originId,
    displayName: "Member",
    originSystem: "AadGroup",
    resource: { id: resource.id, originId: group.id, originSystem: "AadGroup" },
  },
  scope: { originId: group.id, originSystem: "AadGroup" },
});
const policy = await graph.api(`${root}/assignmentPolicies`).post({
  displayName: "Specific users",
  description: "Specific users can request assignment",
  allowedTargetScope: "specificDirectoryUsers",
  specificAllowedTargets: [{ "@odata.type": "#microsoft.graph.singleUser", userId: me.id }],
  expiration: { endDateTime: null, duration: "P30D", type: "afterDuration" },
  requestorSettings: { enableTargetsToSelfAddAccess: true },
  accessPackage: { id: accessPackage.id },
});
assert.equal(policy.expiration.duration, "P30D");
step("an access package and its policy of thirty days");

const asked = await requestor.api(`${root}/assignmentRequests`).post({
  requestType: "userAdd",
  assignment: {
    targetId: me.id,
    assignmentPolicyId: policy.id,
    accessPackageId: accessPackage.id,
  },
});
assert.equal(asked.state, "submitted");
assert.equal((await finished(graph, asked.id)).state, "delivered");
step("the request is delivered");

const assignments = await graph
  .api(`${root}/assignments`)
  .filter(`assignmentPolicy/id eq '${policy.id}'`)
  .expand("target")
  .get();
assert.equal(assignments.value.length, 1);
assert.equal(assignments.value[0].target.objectId, me.id);
const members = async () => (await graph.api(`/groups/${group.id}/members`).get()).value;
assert.deepEqual((await members()).map((one) => one.id), [me.id]);
step("one assignment, and the requestor is a member");

const removal = await graph.api(`${root}/assignmentRequests`).post({
  requestType: "adminRemove",
  assignment: { id: assignments.value[0].id },
});
assert.equal((await finished(graph, removal.id)).state, "delivered");
assert.deepEqual(await members(), []);
step("the removal is delivered, and the requestor is no member any more");

await graph.api(`${root}/assignmentPolicies/${policy.id}`).delete();
await graph.api(`${root}/accessPackages/${accessPackage.id}`).delete();
await graph.api(`${root}/resourceRequests`).post({
  requestType: "adminRemove",
  catalog,
  resource: { id: resource.id },
});
await graph.api(`/groups/${group.id}`).delete();
await assert.rejects(graph.api(`/groups/${group.id}`).get(), (error) => {
  assert.equal(error.statusCode, 404);
  assert.equal(error.code, "Request_ResourceNotFound");
  return true;
});
step("all is deleted");

const made = [];
for (let number = 0; number < 5; number++) {
  const named = { mailEnabled: false, securityEnabled: true, mailNickname: `page${number}` };
  made.push((await graph.api("/groups").post({ displayName: `page ${number}`, ...named })).id);
}
const first = await graph.api("/groups").filter("startswith(displayName,'page ')").top(2).get();
assert.equal(first.value.length, 2);
const seen = [];
await new PageIterator(graph, first, (one) => seen.push(one.id) > 0).iterate();
assert.deepEqual(seen.toSorted(), made.toSorted());
for (const id of made) await graph.api(`/groups/${id}`).delete();
step("five groups on pages of two, every one once");
