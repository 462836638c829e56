//! One binary: filters against rows, queries as clients send them, and the laws.

mod filters;
mod laws;
mod queries;
