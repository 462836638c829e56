//! The README's commands, run, so that it stays true.

use xshell::{Shell, cmd};

/// Runs every line of the README's `sh` blocks.
pub(crate) fn run(shell: &Shell) -> xshell::Result<()> {
    let text = shell.read_file("README.md")?;
    for command in commands(&text) {
        let words: Vec<&str> = command.split_whitespace().collect();
        if let [program, arguments @ ..] = words.as_slice() {
            cmd!(shell, "{program} {arguments...}").run()?;
        }
    }
    Ok(())
}

fn commands(text: &str) -> Vec<&str> {
    let mut inside = false;
    let mut commands = Vec::new();
    for line in text.lines() {
        match (inside, line.trim()) {
            (_, "```sh") => inside = true,
            (_, "```") => inside = false,
            (true, command) if !command.is_empty() => commands.push(command),
            _ => {}
        }
    }
    commands
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_begins_with_its_two_commands() {
        let text = include_str!("../../README.md");
        assert_eq!(commands(text)[..2], ["cargo xtask e2e", "cargo test --workspace"]);
        assert!(commands(text)[2..].iter().all(|command| command.starts_with("cargo xtask ")));
    }
}
