use xshell::{Shell, cmd};

/// The checks of CI, in the order in which they fail fastest.
pub(crate) fn run(shell: &Shell) -> xshell::Result<()> {
    cmd!(shell, "cargo fmt --all --check").run()?;
    cmd!(shell, "cargo clippy --workspace --all-targets --locked -- -D warnings").run()?;
    cmd!(shell, "cargo test --workspace --locked").run()?;
    let _strict = shell.push_env("RUSTDOCFLAGS", "-D warnings");
    cmd!(shell, "cargo doc --workspace --no-deps --locked").run()?;
    cmd!(shell, "cargo run --quiet --locked --package entitle -- e2e").run()
}
