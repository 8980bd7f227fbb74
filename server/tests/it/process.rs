//! The program itself, as a child process: what only it can show.

mod child;
mod database;

mod first_start;
