use super::*;

fn object(kind: &str, name: &str) -> ObjectId {
    ObjectId::parse(kind, name).unwrap()
}

fn catalog(facts: &[(&str, &str, &str, &str)]) -> Catalog {
    let mut catalog = Catalog::default();
    for (kind, name, property, value) in facts {
        catalog.add(object(kind, name), Property::parse(property).unwrap(), value);
    }
    catalog
}

fn written(catalog: &Catalog) -> String {
    schema_file(catalog).strip_prefix(HEAD).unwrap_or_default().to_owned()
}

#[test]
fn a_table_is_written_with_its_parts_in_the_order_of_its_columns() {
    let catalog = catalog(&[
        ("table", "s.t", "comment", "it's"),
        ("column", "s.t.b", "place", "1"),
        ("column", "s.t.b", "type", "text"),
        ("column", "s.t.b", "default", "'x'::text"),
        ("column", "s.t.a", "place", "2"),
        ("column", "s.t.a", "type", "bigint"),
        ("column", "s.t.a", "identity", "always"),
        ("column", "s.t.a", "not null", "yes"),
        ("constraint", "s.t.t_pkey", "definition", "PRIMARY KEY (a)"),
        ("index", "s.t_pkey", "definition", "CREATE UNIQUE INDEX t_pkey ON s.t USING btree (a)"),
        ("index", "s.t_pkey", "table", "s.t"),
        ("index", "s.t_pkey", "constraint", "t_pkey"),
        ("index", "s.t_b", "definition", "CREATE INDEX t_b ON s.t USING btree (b)"),
        ("index", "s.t_b", "table", "s.t"),
        ("sequence", "s.t_a_seq", "owned by", "s.t.a (i)"),
        (
            "sequence",
            "s.t_a_seq",
            "definition",
            "bigint start 1 increment 1 min 1 max 9223372036854775807 cache 1",
        ),
    ]);
    assert_eq!(
        written(&catalog),
        "\nCREATE TABLE s.t (\n    b text DEFAULT 'x'::text,\n    a bigint GENERATED ALWAYS AS IDENTITY NOT \
         NULL,\n    CONSTRAINT t_pkey PRIMARY KEY (a)\n);\nCREATE INDEX t_b ON s.t USING btree (b);\nCOMMENT \
         ON TABLE s.t IS 'it''s';\n"
    );
}

/// Two tables, `a` with a foreign key to `b`, and `b` with one to `a` where they refer to each other.
fn two_tables(is_circle: bool) -> Catalog {
    let mut facts = Vec::new();
    for table in ["s.a", "s.b"] {
        facts.push(("table", table, "persistence", "logged"));
    }
    facts.push(("constraint", "s.a.to_b", "definition", "FOREIGN KEY (b) REFERENCES s.b(id)"));
    facts.push(("constraint", "s.b.to_a", "definition", "FOREIGN KEY (a) REFERENCES s.a(id)"));
    let facts = if is_circle { &facts[..] } else { &facts[..3] };
    let mut catalog = catalog(facts);
    catalog.add_dependency(object("constraint", "s.a.to_b"), object("table", "s.b"));
    if is_circle {
        catalog.add_dependency(object("constraint", "s.b.to_a"), object("table", "s.a"));
    }
    catalog
}

#[test]
fn a_table_comes_after_those_that_it_refers_to() {
    assert_eq!(
        written(&two_tables(false)),
        "\nCREATE TABLE s.b (\n\n);\n\nCREATE TABLE s.a (\n    CONSTRAINT to_b FOREIGN KEY (b) REFERENCES \
         s.b(id)\n);\n"
    );
}

#[test]
fn in_a_circle_a_foreign_key_follows_the_table_that_it_refers_to() {
    assert_eq!(
        written(&two_tables(true)),
        "\nCREATE TABLE s.a (\n\n);\n\nCREATE TABLE s.b (\n    CONSTRAINT to_a FOREIGN KEY (a) REFERENCES \
         s.a(id)\n);\n\nALTER TABLE s.a ADD CONSTRAINT to_b FOREIGN KEY (b) REFERENCES s.b(id);\n"
    );
}

#[test]
fn owners_are_written_where_they_are_not_that_of_most() {
    let catalog = catalog(&[
        ("enum", "s.a", "owner", "us"),
        ("enum", "s.b", "owner", "us"),
        ("enum", "s.c", "owner", "them"),
        ("enum", "s.c", "privileges of PUBLIC", "none"),
        ("enum", "s.c", "privileges of the owner", "USAGE WITH GRANT OPTION"),
    ]);
    let access = written(&catalog).split_once(SCHEMA_FILE_ACCESS).map(|(_, access)| access.to_owned());
    assert_eq!(
        access.as_deref(),
        Some(
            "ALTER TYPE s.c OWNER TO them;\nREVOKE ALL ON TYPE s.c FROM PUBLIC;\nREVOKE ALL ON TYPE s.c FROM \
             them;\nGRANT USAGE ON TYPE s.c TO them WITH GRANT OPTION;\n"
        )
    );
}

#[test]
fn names_are_sorted_by_their_bytes() {
    let catalog = catalog(&[
        ("enum", "s._b", "labels", ""),
        ("enum", "s.B", "labels", ""),
        ("enum", "s.a", "labels", ""),
    ]);
    let order: Vec<String> =
        written(&catalog).lines().filter_map(|line| Some(line.split(' ').nth(2)?.to_owned())).collect();
    assert_eq!(order, ["s.B", "s._b", "s.a"]);
}
