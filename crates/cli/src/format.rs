use clap::ValueEnum;

/// How a report is printed: for a terminal, for a pull request, for a program.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Format {
    Text,
    Markdown,
    Json,
}
