"""Lints every file of a folder by its extension: .crt certificates, .crl revocation lists, .ocsp responses, all DER.

Prints a line for each finding: file, severity, code, the field, separated by tabs. One process for all files, because most of a
linter's time is its start. What can't be read ends it with an error.
"""

import contextlib
import io
import json
import pathlib
import sys

from pkilint.bin import lint_crl, lint_ocsp_response, lint_pkix_cert

LINTERS = {
    ".crt": (lint_pkix_cert, []),
    ".crl": (lint_crl, ["-t", "CRL", "-p", "PKIX"]),
    ".ocsp": (lint_ocsp_response, []),
}


def lint(path):
    linter, options = LINTERS[path.suffix]
    arguments = ["lint", *options, "-s", "WARNING", "-f", "JSON", "--document-format", "DER", str(path)]
    with contextlib.redirect_stdout(io.StringIO()) as output:
        linter.main(arguments)
    for result in json.loads(output.getvalue())["results"]:
        field = result["node_path"]
        for finding in result["finding_descriptions"]:
            print(path.name, finding["severity"], finding["code"], field, sep="\t")


for path in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    lint(path)
