//! What is written for people. A reader that has gone away (`| head`) is no reason to stop: the
//! commands end as they would have ended.

/// Writes a line to standard output.
macro_rules! say {
    ($($text:tt)*) => {{
        let _gone = std::io::Write::write_fmt(
            &mut anstream::stdout(),
            format_args!("{}\n", format_args!($($text)*)),
        );
    }};
}
pub(crate) use say;

/// Writes to standard output, without an end of line, and shows it.
macro_rules! show {
    ($($text:tt)*) => {{
        let mut out = anstream::stdout();
        let _gone = std::io::Write::write_fmt(&mut out, format_args!($($text)*));
        let _shown = std::io::Write::flush(&mut out);
    }};
}
pub(crate) use show;
