//! The tables of docs/refresh-policy.md are written from the rows that the tests run.
//!
//! `WRITE_TABLES=1 cargo test --test core tables` writes them into the document. Without the variable, the test fails if the
//! document's tables differ from the rows.

use crate::{refresh_policy, refresh_queue};
use std::path::PathBuf;

/// A table of the document. The document has marks with this name around the table.
pub struct Table {
    pub name: &'static str,
    pub header: &'static [&'static str],
    pub rows: Vec<Vec<String>>,
}

impl Table {
    fn markdown(&self) -> String {
        let line = |cells: &[String]| {
            assert_eq!(cells.len(), self.header.len(), "{cells:?}");
            assert!(cells.iter().all(|cell| !cell.contains('|')), "{cells:?}");
            format!("| {} |\n", cells.join(" | "))
        };
        let header: Vec<String> = self.header.iter().map(|&cell| cell.to_owned()).collect();
        let rows: String = self.rows.iter().map(|cells| line(cells)).collect();
        format!("{}|{}\n{rows}", line(&header), "---|".repeat(header.len()))
    }
}

/// The document with this table between its marks.
fn with(document: &str, table: &Table) -> String {
    let (start, end) = (format!("<!-- table: {} -->\n", table.name), "<!-- end of the table -->\n");
    let (before, rest) = document.split_once(&start).unwrap_or_else(|| panic!("no mark for {}", table.name));
    let (_, after) = rest.split_once(end).expect(table.name);
    assert!(!after.contains(&start), "two marks for {}", table.name);
    format!("{before}{start}\n{}\n{end}{after}", table.markdown())
}

#[test]
fn the_tables_of_the_document_equal_the_rows_of_the_tests() {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/refresh-policy.md"));
    let document = std::fs::read_to_string(&path).unwrap();
    let tables = refresh_policy::tables().into_iter().chain(refresh_queue::tables()).collect::<Vec<_>>();
    assert_eq!(document.matches("<!-- table: ").count(), tables.len());
    let written = tables.iter().fold(document.clone(), |text, table| with(&text, table));
    if std::env::var_os("WRITE_TABLES").is_some() {
        std::fs::write(&path, written).unwrap();
    } else {
        let differs = written.lines().zip(document.lines()).find(|(new, old)| new != old);
        assert!(
            written == document,
            "docs/refresh-policy.md differs from the rows. WRITE_TABLES=1 cargo test --test core tables writes its tables. \
             {differs:#?}"
        );
    }
}
