use xshell::{Shell, cmd};

use crate::readme;

/// The checks of CI, in the order in which they fail fastest.
pub(crate) fn run(shell: &Shell) -> xshell::Result<()> {
    cmd!(shell, "cargo fmt --all --check").run()?;
    cmd!(shell, "cargo clippy --workspace --all-targets --locked -- -D warnings").run()?;
    {
        let _strict = shell.push_env("RUSTDOCFLAGS", "-D warnings");
        cmd!(shell, "cargo doc --workspace --no-deps --locked").run()?;
    }
    // The plays and the tests.
    readme::run(shell)?;
    // This very program plays, unoptimised: a part of what `torture` does.
    cmd!(shell, "cargo xtask torture-here --in-process 50 --over-tls 5 --killed 10").run()
}
