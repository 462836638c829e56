"""The v1.0 lifecycle of an access package, by Microsoft's own Python SDK, against an emulator.

Addresses and secrets come from the environment (`entitle emulate --env-file`). Prints a line for
each step; ends with a traceback and another exit code than 0 where something is not as it should be.
"""

import asyncio
import logging
import os
import time
from urllib.parse import urlsplit

import requests
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import ClientSecretCredential
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_authentication_azure.azure_identity_authentication_provider import (
    AzureIdentityAuthenticationProvider,
)
from msgraph import GraphServiceClient
from msgraph.generated.groups.groups_request_builder import GroupsRequestBuilder
from msgraph.generated.identity_governance.entitlement_management.assignments.assignments_request_builder import (
    AssignmentsRequestBuilder,
)
from msgraph.generated.identity_governance.entitlement_management.catalogs.catalogs_request_builder import (
    CatalogsRequestBuilder,
)
from msgraph.generated.identity_governance.entitlement_management.catalogs.item.resource_roles.resource_roles_request_builder import (
    ResourceRolesRequestBuilder,
)
from msgraph.generated.identity_governance.entitlement_management.catalogs.item.resources.resources_request_builder import (
    ResourcesRequestBuilder,
)
from msgraph.generated.models.access_package import AccessPackage
from msgraph.generated.models.access_package_assignment import AccessPackageAssignment
from msgraph.generated.models.access_package_assignment_policy import AccessPackageAssignmentPolicy
from msgraph.generated.models.access_package_assignment_request import (
    AccessPackageAssignmentRequest,
)
from msgraph.generated.models.access_package_assignment_requestor_settings import (
    AccessPackageAssignmentRequestorSettings,
)
from msgraph.generated.models.access_package_catalog import AccessPackageCatalog
from msgraph.generated.models.access_package_request_state import AccessPackageRequestState
from msgraph.generated.models.access_package_request_type import AccessPackageRequestType
from msgraph.generated.models.access_package_resource import AccessPackageResource
from msgraph.generated.models.access_package_resource_request import AccessPackageResourceRequest
from msgraph.generated.models.access_package_resource_role import AccessPackageResourceRole
from msgraph.generated.models.access_package_resource_role_scope import (
    AccessPackageResourceRoleScope,
)
from msgraph.generated.models.access_package_resource_scope import AccessPackageResourceScope
from msgraph.generated.models.allowed_target_scope import AllowedTargetScope
from msgraph.generated.models.expiration_pattern import ExpirationPattern
from msgraph.generated.models.expiration_pattern_type import ExpirationPatternType
from msgraph.generated.models.group import Group
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.single_user import SingleUser
from msgraph.generated.models.user import User
from msgraph.graph_request_adapter import GraphRequestAdapter
from msgraph_core import PageIterator

ENV = os.environ
SCOPE = "https://graph.microsoft.com/.default"


def client(signed_in):
    hosts = [urlsplit(ENV["GRAPH_URL"]).hostname]
    provider = AzureIdentityAuthenticationProvider(signed_in, scopes=[SCOPE], allowed_hosts=hosts)
    adapter = GraphRequestAdapter(provider)
    adapter.base_url = ENV["GRAPH_URL"] + "/v1.0"
    return GraphServiceClient(request_adapter=adapter)


def credential(secret):
    return ClientSecretCredential(
        ENV["TENANT_ID"],
        ENV["CLIENT_ID"],
        secret,
        authority=ENV["AUTHORITY_URL"],
        disable_instance_discovery=True,
    )


class Password:
    """The requestor's own token. The SDK's credential for passwords asks for the user's realm on
    port 443, whatever the authority's port is, and cannot be used here."""

    def get_token(self, *scopes, **_options):
        form = {
            "grant_type": "password",
            "client_id": ENV["CLIENT_ID"],
            "username": ENV["REQUESTOR_USERNAME"],
            "password": ENV["REQUESTOR_PASSWORD"],
            "scope": " ".join(scopes),
        }
        url = f"{ENV['AUTHORITY_URL']}/{ENV['TENANT_ID']}/oauth2/v2.0/token"
        answer = requests.post(url, data=form, timeout=60)
        answer.raise_for_status()
        token = answer.json()
        return AccessToken(token["access_token"], int(time.time()) + token["expires_in"])


def asking(builder, **options):
    """Query options, of the class that the builder declares for them."""
    parameters = getattr(builder, builder.__name__ + "GetQueryParameters")
    return RequestConfiguration(query_parameters=parameters(**options))


def step(what, holds, found=None):
    assert holds, f"{what}: found {found}"
    print(f"  {what}", flush=True)


async def finished(requests, request_id):
    """Reads a request until it is in an end state. The emulator's clock runs faster than ours."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        read = await requests.by_access_package_assignment_request_id(request_id).get()
        if read.state not in (
            AccessPackageRequestState.Submitted,
            AccessPackageRequestState.Delivering,
        ):
            return read
        await asyncio.sleep(0.05)
    raise AssertionError(f"the request {request_id} is not finished after a minute")


async def refused_secret():
    # The refusal is meant; the SDK would warn of it.
    logging.getLogger("azure").setLevel(logging.CRITICAL)
    try:
        credential("not-the-secret").get_token(SCOPE)
    except ClientAuthenticationError as error:
        step("a wrong secret is refused", "AADSTS7000215" in str(error), error)
    else:
        raise AssertionError("a wrong secret was accepted")


async def main():
    await refused_secret()
    graph, requestor = client(credential(ENV["CLIENT_SECRET"])), client(Password())
    governance = graph.identity_governance.entitlement_management

    me = await requestor.me.get()
    step("the requestor is who signed in", me.id == ENV["REQUESTOR_ID"], me.id)

    group = await graph.groups.post(
        Group(
            display_name="Marketing resources",
            mail_nickname="markres",
            mail_enabled=False,
            security_enabled=True,
        )
    )
    step("a group", group.id is not None)

    found = await governance.catalogs.get(
        asking(
            CatalogsRequestBuilder,
            filter="displayName eq 'General'",
        )
    )
    catalog = found.value[0]
    step("the catalog General", len(found.value) == 1 and catalog.display_name == "General", found)
    own = governance.catalogs.by_access_package_catalog_id(catalog.id)

    added = await governance.resource_requests.post(
        AccessPackageResourceRequest(
            request_type=AccessPackageRequestType.AdminAdd,
            catalog=AccessPackageCatalog(id=catalog.id),
            resource=AccessPackageResource(origin_id=group.id, origin_system="AadGroup"),
        )
    )
    step("the group is in the catalog", added.state == AccessPackageRequestState.Delivered, added)

    resources = await own.resources.get(
        asking(
            ResourcesRequestBuilder,
            filter=f"originId eq '{group.id}'",
            expand=["scopes"],
        )
    )
    resource = resources.value[0]
    step("its resource", resource.origin_id == group.id, resource)

    roles = await own.resource_roles.get(
        asking(
            ResourceRolesRequestBuilder,
            filter=f"originSystem eq 'AadGroup' and displayName eq 'Member' and resource/id eq '{resource.id}'",
            expand=["resource"],
        )
    )
    role = roles.value[0]
    step("its role Member", role.origin_id == f"Member_{group.id}", role.origin_id)

    package = await governance.access_packages.post(
        AccessPackage(
            display_name="Marketing Campaign",
            description="Access to resources for the campaign",
            catalog=AccessPackageCatalog(id=catalog.id),
        )
    )
    step("an access package", package.display_name == "Marketing Campaign", package)
    own_package = governance.access_packages.by_access_package_id(package.id)

    scope = await own_package.resource_role_scopes.post(
        AccessPackageResourceRoleScope(
            role=AccessPackageResourceRole(
                origin_id=role.origin_id,
                display_name=role.display_name,
                origin_system=role.origin_system,
                resource=AccessPackageResource(
                    id=resource.id, origin_id=group.id, origin_system="AadGroup"
                ),
            ),
            scope=AccessPackageResourceScope(origin_id=group.id, origin_system="AadGroup"),
        )
    )
    step("the role is in the package", scope.id is not None, scope)

    policy = await governance.assignment_policies.post(
        AccessPackageAssignmentPolicy(
            display_name="Specific users",
            description="Specific users can request assignment",
            allowed_target_scope=AllowedTargetScope.SpecificDirectoryUsers,
            specific_allowed_targets=[
                SingleUser(odata_type="#microsoft.graph.singleUser", user_id=me.id)
            ],
            expiration=ExpirationPattern(
                type=ExpirationPatternType.AfterDuration,
                additional_data={"duration": "P30D"},
            ),
            requestor_settings=AccessPackageAssignmentRequestorSettings(
                enable_targets_to_self_add_access=True
            ),
            access_package=AccessPackage(id=package.id),
        )
    )
    step("a policy of thirty days", policy.expiration.duration is not None, policy)

    asked = await requestor.identity_governance.entitlement_management.assignment_requests.post(
        AccessPackageAssignmentRequest(
            request_type=AccessPackageRequestType.UserAdd,
            assignment=AccessPackageAssignment(
                additional_data={
                    "targetId": me.id,
                    "assignmentPolicyId": policy.id,
                    "accessPackageId": package.id,
                }
            ),
        )
    )
    step(
        "the requestor asks for access", asked.state == AccessPackageRequestState.Submitted, asked
    )
    ended = await finished(governance.assignment_requests, asked.id)
    step("the request is delivered", ended.state == AccessPackageRequestState.Delivered, ended)

    assignments = await governance.assignments.get(
        asking(
            AssignmentsRequestBuilder,
            filter=f"assignmentPolicy/id eq '{policy.id}'",
            expand=["target"],
        )
    )
    assignment = assignments.value[0]
    step("one assignment, of the requestor", assignment.target.object_id == me.id, assignment)

    members = await graph.groups.by_group_id(group.id).members.get()
    step(
        "the requestor is a member, as a user",
        [type(one) for one in members.value] == [User] and members.value[0].id == me.id,
        members.value,
    )

    removal = await governance.assignment_requests.post(
        AccessPackageAssignmentRequest(
            request_type=AccessPackageRequestType.AdminRemove,
            assignment=AccessPackageAssignment(id=assignment.id),
        )
    )
    ended = await finished(governance.assignment_requests, removal.id)
    step("the removal is delivered", ended.state == AccessPackageRequestState.Delivered, ended)
    members = await graph.groups.by_group_id(group.id).members.get()
    step("the requestor is no member any more", members.value == [], members.value)

    policies = governance.assignment_policies
    await policies.by_access_package_assignment_policy_id(policy.id).delete()
    await own_package.delete()
    await governance.resource_requests.post(
        AccessPackageResourceRequest(
            request_type=AccessPackageRequestType.AdminRemove,
            catalog=AccessPackageCatalog(id=catalog.id),
            resource=AccessPackageResource(id=resource.id),
        )
    )
    await graph.groups.by_group_id(group.id).delete()
    try:
        await graph.groups.by_group_id(group.id).get()
        raise AssertionError("the group is still there")
    except ODataError as error:
        step("all is deleted", error.error.code == "Request_ResourceNotFound", error)

    await paging(graph)


async def paging(graph):
    """More groups than fit on a page, followed by the SDK's own iterator."""
    made = []
    for number in range(5):
        named = Group(
            display_name=f"page {number}",
            mail_nickname=f"page{number}",
            mail_enabled=False,
            security_enabled=True,
        )
        made.append((await graph.groups.post(named)).id)
    first = await graph.groups.get(
        asking(
            GroupsRequestBuilder,
            filter="startswith(displayName,'page ')",
            top=2,
        )
    )
    step("a page of two, and the way to the next", len(first.value) == 2 and first.odata_next_link)
    seen = []
    iterator = PageIterator(first, graph.request_adapter)
    await iterator.iterate(lambda one: seen.append(one.id) or True)
    step("every group once", sorted(seen) == sorted(made), seen)
    for one in made:
        await graph.groups.by_group_id(one).delete()


asyncio.run(main())
