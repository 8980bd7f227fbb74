//! What the bundler makes of a folder, and what it refuses.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;

use super::bundle_files;

/// Bundles these files; the answer is the document or the whole error, one cause a line.
fn bundle(files: &[(&str, &str)]) -> Result<String, String> {
    let root = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = root.path().join("api-spec").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    match bundle_files(root.path()) {
        Ok(bundle) => Ok(bundle.document.to_string()),
        Err(error) => Err(error.chain().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
    }
}

#[test]
fn references_become_components_in_a_fixed_order() {
    let document = bundle(&[
        (
            "openapi.yaml",
            "z: 1\npaths:\n  /a:\n    $ref: paths/a.yaml\ncomponents:\n  securitySchemes:\n    S: {type: x}\n",
        ),
        (
            "paths/a.yaml",
            "get:\n  r: {$ref: ../responses/R.yaml, description: d}\n  s: [{$ref: ../schemas/B.yaml}]\n",
        ),
        (
            "responses/R.yaml",
            "examples:\n  e: {$ref: ../examples/e-1.yaml}\nschema: {$ref: ../schemas/A.yaml}\n",
        ),
        ("examples/e-1.yaml", "value:\n  $ref: this is data\n"),
        ("schemas/A.yaml", "items: {$ref: B.yaml}\n"),
        ("schemas/B.yaml", "items: {$ref: ./B.yaml}\n"),
    ]);
    let expected = concat!(
        r##"{"z":1,"paths":{"/a":{"get":{"r":{"$ref":"#/components/responses/R","description":"d"},"##,
        r##""s":[{"$ref":"#/components/schemas/B"}]}}},"##,
        r##""components":{"schemas":{"A":{"items":{"$ref":"#/components/schemas/B"}},"##,
        r##""B":{"items":{"$ref":"#/components/schemas/B"}}},"##,
        r##""responses":{"R":{"examples":{"e":{"$ref":"#/components/examples/e-1"}},"##,
        r##""schema":{"$ref":"#/components/schemas/A"}}},"##,
        r##""examples":{"e-1":{"value":{"$ref":"this is data"}}},"securitySchemes":{"S":{"type":"x"}}}}"##,
    );
    assert_eq!(document.unwrap(), expected);
}

#[test]
fn errors_name_the_file_and_the_pointer() {
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[("openapi.yaml", "a:\n  b~/c: {$ref: 1}")], "openapi.yaml#/a/b~0~1c/$ref\nis not a string"),
        (
            &[("openapi.yaml", "a: [{$ref: '#/x'}]")],
            "openapi.yaml#/a/0/$ref\n\"#/x\": is not the relative path of a file",
        ),
        (
            &[("openapi.yaml", "a: {$ref: 'https://example.org/schemas/a.yaml'}")],
            "openapi.yaml#/a/$ref\n\"https://example.org/schemas/a.yaml\": is not the relative path of a file",
        ),
        (
            &[("openapi.yaml", "a: {$ref: ../schemas/A.yaml}")],
            "openapi.yaml#/a/$ref\n\"../schemas/A.yaml\": leaves the folder",
        ),
        (
            &[("openapi.yaml", "a: {$ref: A.yaml}")],
            "openapi.yaml#/a/$ref\n\"A.yaml\": is not a file in one of the folders",
        ),
        (
            &[("openapi.yaml", "a: {$ref: schemas/A.json}")],
            "openapi.yaml#/a/$ref\n\"schemas/A.json\": does not end in .yaml",
        ),
        (
            &[("openapi.yaml", "a: {$ref: schemas/A B.yaml}")],
            "openapi.yaml#/a/$ref\n\"schemas/A B.yaml\": is not a legal name for a component",
        ),
        (
            &[("openapi.yaml", "a: {$ref: links/A.yaml}")],
            "openapi.yaml#/a/$ref\n\"links/A.yaml\": links is not a folder of components",
        ),
        (
            &[("openapi.yaml", "a: {$ref: paths/a.yaml, summary: s}")],
            "openapi.yaml#/a/$ref\n\"paths/a.yaml\": nothing may stand beside a reference to a path item",
        ),
        (
            &[("openapi.yaml", "a: {$ref: paths/a.yaml}"), ("paths/a.yaml", "b: {$ref: a.yaml}")],
            "openapi.yaml#/a/$ref\ncannot use \"paths/a.yaml\"\npaths/a.yaml#/b/$ref\n\"a.yaml\": only openapi.yaml refers to path items",
        ),
        (
            &[("openapi.yaml", "a: {$ref: schemas/A.yaml}"), ("schemas/A.yaml", "b: [{$ref: B.yaml}]")],
            "openapi.yaml#/a/$ref\ncannot use \"schemas/A.yaml\"\nschemas/A.yaml#/b/0/$ref\ncannot use \"B.yaml\"\nschemas/B.yaml: cannot be read\nNo such file or directory (os error 2)",
        ),
        (
            &[("openapi.yaml", "components: {schemas: {}}")],
            "openapi.yaml#/components/schemas: belongs into files in the folder schemas",
        ),
        (&[("openapi.yaml", "components: 1")], "openapi.yaml#/components: is not an object"),
        (&[("openapi.yaml", "[]")], "openapi.yaml: is not an object"),
        (
            &[("openapi.yaml", "a:\n  200: x")],
            "openapi.yaml#/a: the key Number(200) is not a string: put it in quotes",
        ),
        (&[("openapi.yaml", "a: [.nan]")], "openapi.yaml#/a/0: .nan is not a JSON number"),
        (&[("openapi.yaml", "a: !tag x")], "openapi.yaml#/a: the tag !tag is not allowed"),
        (
            &[("openapi.yaml", "a: 1\na: 2")],
            "openapi.yaml: is not valid YAML\nduplicate entry with key \"a\"",
        ),
        (&[], "openapi.yaml: cannot be read\nNo such file or directory (os error 2)"),
    ];
    for (files, expected) in cases {
        assert_eq!(bundle(files).unwrap_err(), *expected, "{files:?}");
    }
}
