//! Tables as files for other programs: CSV and XLSX. Knows none of the depot's tables; whoever has one gives its heads
//! and its rows.
//!
//! Text stays text in both: no program that opens a file may run what somebody wrote into a field as a formula. In CSV the
//! guard is an apostrophe, which `original` takes away again; who needs leading zeros and such kept takes XLSX.

use chrono::{NaiveDateTime, Timelike};
use chrono_tz::Tz;
use depot_domain::values::Timestamp;
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use crate::error::{AppError, Code};
use crate::settings::{DepotSettings, Language};

words_of_app! {
    /// How a table is written.
    ExportFormat ("a format of tables") {
        /// Text, for any program. A German depot's has semicolons, as spreadsheets there expect.
        Csv = "csv",
        /// A workbook with one sheet.
        Xlsx = "xlsx",
    }
}

/// A file that was made of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// What to call it: plain ASCII.
    pub file_name: String,
    /// What it is, e.g. `text/csv`.
    pub media_type: &'static str,
    /// The file.
    pub bytes: Vec<u8>,
}

/// The most rows that one file may have; a sheet has room for 1 048 576 with its head.
pub(crate) const ROWS_MOST: usize = 1_000_000;

/// Within a file, so that a depot's umlauts survive the programs that guess.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Times are written by the minute, as people plan.
const CSV_TIME: &str = "%Y-%m-%d %H:%M";
const XLSX_TIME: &str = "yyyy-mm-dd hh:mm";

/// One field of a row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    /// Nothing.
    Empty,
    /// Words.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// An instant, told by the depot's clock.
    Time(Timestamp),
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<u32> for Cell {
    fn from(number: u32) -> Self {
        Self::Whole(i64::from(number))
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Whole(number)
    }
}

impl From<Timestamp> for Cell {
    fn from(at: Timestamp) -> Self {
        Self::Time(at)
    }
}

impl Cell {
    /// What is said of somebody; in the depot's language where they were erased.
    pub(crate) fn person(text: &str, language: Language) -> Self {
        let erased = match language {
            Language::English => "erased",
            Language::German => "gelöscht",
        };
        Self::from(if text == depot_domain::values::ERASED { erased } else { text })
    }
}

impl<T: Into<Self>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}

/// A file in the making.
pub(crate) struct Export {
    name: String,
    zone: Tz,
    now: Timestamp,
    rows: usize,
    file: File,
}

enum File {
    Csv(Box<csv::Writer<Vec<u8>>>),
    Xlsx { workbook: Box<Workbook>, time: Box<Format> },
}

impl Export {
    /// Begins a table that is called `name`, with one head for each column.
    pub(crate) fn begin(
        format: ExportFormat,
        depot: &DepotSettings,
        now: Timestamp,
        name: &str,
        heads: &[&str],
    ) -> Result<Self, AppError> {
        let file = match format {
            ExportFormat::Csv => {
                let delimiter = match depot.language {
                    Language::English => b',',
                    Language::German => b';',
                };
                let mut writer =
                    csv::WriterBuilder::new().delimiter(delimiter).from_writer(BYTE_ORDER_MARK.into());
                writer.write_record(heads.iter().map(|head| harmless(head))).map_err(AppError::storage)?;
                File::Csv(Box::new(writer))
            }
            ExportFormat::Xlsx => xlsx(name, heads).map_err(unwritten)?,
        };
        Ok(Self { name: name.to_owned(), zone: depot.time_zone, now, rows: 0, file })
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: &[Cell]) -> Result<(), AppError> {
        self.rows += 1;
        if self.rows > ROWS_MOST {
            return Err(AppError::new(
                Code::Unfit,
                format!(
                    "There are more than {ROWS_MOST} rows, which one file cannot hold: ask for fewer, e.g. of fewer days"
                ),
            ));
        }
        let zone = self.zone;
        match &mut self.file {
            File::Csv(writer) => {
                let fields = cells.iter().map(|cell| match cell {
                    Cell::Empty => String::new(),
                    Cell::Text(text) => harmless(text),
                    Cell::Whole(number) => number.to_string(),
                    Cell::Time(at) => at_the_clock(*at, zone).format(CSV_TIME).to_string(),
                });
                writer.write_record(fields).map_err(AppError::storage)
            }
            File::Xlsx { workbook, time } => {
                let row = u32::try_from(self.rows).map_err(AppError::storage)?;
                let sheet = workbook.worksheet_from_index(0).map_err(unwritten)?;
                write_cells(sheet, row, cells, zone, time).map_err(unwritten)
            }
        }
    }

    /// The whole file.
    pub(crate) fn finish(self) -> Result<Exported, AppError> {
        let (media_type, ending, bytes) = match self.file {
            File::Csv(writer) => {
                ("text/csv; charset=utf-8", "csv", (*writer).into_inner().map_err(AppError::storage)?)
            }
            File::Xlsx { mut workbook, .. } => (
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                "xlsx",
                workbook.save_to_buffer().map_err(unwritten)?,
            ),
        };
        let made = at_the_clock(self.now, self.zone).format("%Y-%m-%d-%H%M%S");
        let name: String = self
            .name
            .to_lowercase()
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
            .collect();
        Ok(Exported { file_name: format!("{name}-{made}.{ending}"), media_type, bytes })
    }
}

fn xlsx(name: &str, heads: &[&str]) -> Result<File, XlsxError> {
    let mut workbook = Workbook::new();
    // Rows go to disk as they come: a year of deliveries need not fit into memory.
    let sheet = workbook.add_worksheet_with_low_memory()?;
    sheet.set_name(name)?;
    sheet.set_freeze_panes(1, 0)?;
    let bold = Format::new().set_bold();
    for (column, head) in (0u16..).zip(heads) {
        // A little more room than the head needs, for what stands below it is seldom shorter.
        let width = f64::from(u32::try_from(head.chars().count()).unwrap_or(20)) + 4.0;
        sheet.set_column_width(column, width.clamp(12.0, 40.0))?;
    }
    for (column, head) in (0u16..).zip(heads) {
        sheet.write_string_with_format(0, column, *head, &bold)?;
    }
    Ok(File::Xlsx { workbook: Box::new(workbook), time: Box::new(Format::new().set_num_format(XLSX_TIME)) })
}

fn write_cells(
    sheet: &mut Worksheet,
    row: u32,
    cells: &[Cell],
    zone: Tz,
    time: &Format,
) -> Result<(), XlsxError> {
    for (column, cell) in (0u16..).zip(cells) {
        match cell {
            Cell::Empty => {}
            Cell::Text(text) => {
                sheet.write_string(row, column, text)?;
            }
            Cell::Whole(number) => {
                sheet.write_number(row, column, *number as f64)?;
            }
            Cell::Time(at) => {
                sheet.write_datetime_with_format(row, column, at_the_clock(*at, zone), time)?;
            }
        }
    }
    Ok(())
}

/// An instant as the depot's clock shows it, to the minute.
fn at_the_clock(at: Timestamp, zone: Tz) -> NaiveDateTime {
    let local = at.datetime().with_timezone(&zone).naive_local();
    local.date().and_hms_opt(local.hour(), local.minute(), 0).unwrap_or(local)
}

/// What a spreadsheet may split a line at, whatever this file was split at: it goes by the list separator of its system.
const SEPARATORS: [char; 5] = [',', ';', '\t', '\r', '\n'];

/// What a formula begins with.
const FORMULA: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// Whether a spreadsheet that begins a cell with `text` may take it for a formula. Spaces, quotes and apostrophes before it
/// may be taken away.
fn is_formula(text: &str) -> bool {
    text.trim_start_matches([' ', '"', '\'', '\u{a0}']).starts_with(FORMULA)
}

/// Text that no spreadsheet takes for a formula: an apostrophe goes before each part that begins like one, as advised in
/// OWASP's "CSV Injection" (<https://owasp.org/www-community/attacks/CSV_Injection>). A part begins where the text does and
/// after each character that separates cells somewhere.
fn harmless(text: &str) -> String {
    let mut guarded = String::with_capacity(text.len() + 1);
    for part in text.split_inclusive(SEPARATORS) {
        if is_formula(part) {
            guarded.push('\'');
        }
        guarded.push_str(part);
    }
    guarded
}

/// The text that [`harmless`] guarded, for programs that read a file again.
#[cfg(test)]
fn original(field: &str) -> String {
    let parts = field.split_inclusive(SEPARATORS);
    parts.map(|part| part.strip_prefix('\'').filter(|rest| is_formula(rest)).unwrap_or(part)).collect()
}

fn unwritten(error: XlsxError) -> AppError {
    tracing::error!(%error, "a workbook could not be written");
    AppError::new(
        Code::Unavailable,
        "The file could not be written: the disk for temporary files may be full",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXTS: [&str; 20] = [
        "=1+1",
        "+49 171 234",
        "-5",
        "@SUM(A1)",
        "\t=1",
        "＝1",
        " =1",
        "\"=1\"",
        "'=1",
        "''-",
        "Gate 4;=1+1",
        "a,=1",
        "a,'=1",
        "a; \"@x",
        "a\n=1",
        "'s-Hertogenbosch",
        "O'Brien",
        "Depot-Nord",
        "a;b,c",
        "",
    ];

    #[test]
    fn csv_text_begins_no_formula_at_any_separator() {
        for text in TEXTS {
            let guarded = harmless(text);
            for part in guarded.split(SEPARATORS) {
                assert!(part.starts_with('\'') || !is_formula(part), "{text:?} became {guarded:?}");
            }
        }
        assert_eq!(harmless("Gate 4;=1+1"), "Gate 4;'=1+1");
    }

    #[test]
    fn csv_text_that_was_guarded_is_read_again_as_it_was() {
        for text in TEXTS {
            assert_eq!(original(&harmless(text)), text);
        }
        for plain in ["'s-Hertogenbosch", "O'Brien", "Depot-Nord", "a;b,c", "00123"] {
            assert_eq!(harmless(plain), plain, "nothing is added to what is no formula");
        }
    }
}
