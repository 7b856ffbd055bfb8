//! The parts of a script that are sent to the server as one message each.

use crate::migrations::Script;
use crate::statement::Statement;

/// A part of a script that is sent as one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Message<'a> {
    /// Statements, as they stand in the file.
    Sql {
        /// Their text, with what stands before and between them.
        text: &'a str,
        /// Start in the file, in bytes.
        start: usize,
    },
    /// A `COPY … FROM stdin`, whose rows follow by the protocol's own messages.
    Copy(Statement<'a>),
}

impl Script {
    /// The parts of the file that are sent one after another: a file without rows for COPY is one. Commands
    /// of psql's are left out.
    #[must_use]
    pub fn messages(&self) -> Vec<Message<'_>> {
        // The end of a message, the start of the next one, and the text in between.
        let copies = self.statements().filter_map(|statement| {
            let data = statement.data?;
            Some((statement.start, data.end, Some(statement)))
        });
        let commands = self.psql_commands().map(|command| (command.start, command.end, None));
        let mut cuts: Vec<_> = copies.chain(commands).collect();
        cuts.sort_unstable_by_key(|(start, ..)| *start);

        let mut messages = Vec::new();
        let mut statements = self.statements().map(|statement| statement.start).peekable();
        let mut from = 0;
        let last = (self.sql.len(), self.sql.len(), None);
        for (start, end, copy) in cuts.into_iter().chain([last]) {
            let mut is_empty = true;
            while statements.next_if(|statement| *statement < start).is_some() {
                is_empty = false;
            }
            if !is_empty {
                messages.push(Message::Sql { text: &self.sql[from..start], start: from });
            }
            if let Some(copy) = copy {
                statements.next();
                messages.push(Message::Copy(copy));
            }
            from = end;
        }
        messages
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Migrations;

    fn messages(sql: &str) -> Vec<String> {
        let files = [("V1__a.sql".to_owned(), sql.as_bytes().to_vec())];
        let migrations = Migrations::from_files(files).unwrap();
        let script = &migrations.get(1).unwrap().up;
        let shown = |message: &Message<'_>| match message {
            Message::Sql { text, start } => format!("{start} {text}"),
            Message::Copy(statement) => {
                format!("{} {}: {}", statement.start, statement.text, statement.data.unwrap().text)
            }
        };
        script.messages().iter().map(shown).collect()
    }

    #[test]
    fn a_file_without_rows_is_one_message_as_it_stands() {
        let sql = "-- a\nSELECT 1;\n\nSELECT 2\n";
        assert_eq!(messages(sql), [format!("0 {sql}")]);
    }

    #[test]
    fn rows_part_the_statements_before_and_behind_them() {
        assert_eq!(
            messages("SELECT 1;\nCOPY a (b) FROM stdin;\n1\n2;\n\\.\n\nCOPY c FROM STDIN;\n\\.\nSELECT 3;\n"),
            [
                "0 SELECT 1;\n",
                "10 COPY a (b) FROM stdin: 1\n2;\n",
                "42 COPY c FROM STDIN: ",
                "64 SELECT 3;\n"
            ]
        );
    }

    #[test]
    fn the_guards_of_a_dump_are_not_sent() {
        assert_eq!(messages("\\restrict a\nSELECT 1;\n\\unrestrict a\n"), ["11 \nSELECT 1;\n"]);
    }
}
