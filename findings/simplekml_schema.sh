#!/usr/bin/env bash
# simplekml 1.3.6 writes KML that the OGC's schema of KML 2.2 does not allow.
#
# Expected: a file that passes the schema; a folder with a point that has a style is about the simplest one.
# Seen: ids are bare numbers, which xs:ID forbids (a name must not begin with a digit), and the styles of what a
# folder holds stand before the folder's own name, where the schema's sequence has the name first.  Ids are
# counted on from file to file, so that the second file that a process writes differs from the same one written first.
#
#   id of the document: 1, then 11
#   ... Element '{http://www.opengis.net/kml/2.2}Document', attribute 'id': '1' is not a valid value of the atomic type 'xs:ID'.
#   ... Element '{http://www.opengis.net/kml/2.2}name': This element is not expected. ...
#
# Schema: OGC 07-147r2, ogckml22.xsd, as it comes with fastkml 1.4.0.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install -q --disable-pip-version-check simplekml==1.3.6 fastkml==1.4.0 lxml==6.1.3
"$folder/venv/bin/python" - <<'PYTHON'
from importlib.resources import files

import simplekml
from lxml import etree


def trip() -> str:
    kml = simplekml.Kml()
    folder = kml.newfolder(name="Trip")
    stop = folder.newpoint(name="Stop", coords=[(-105.0, 39.7)])
    stop.style.iconstyle.scale = 2
    return kml.kml()


first, second = trip(), trip()
schema = etree.XMLSchema(file=str(files("fastkml") / "schema" / "ogckml22.xsd"))
root = etree.fromstring(first.encode())
assert not schema.validate(root), "it is valid now"
faults = [fault.message for fault in schema.error_log]
print(*faults, sep="\n")
assert any("'id': '1' is not a valid value of the atomic type 'xs:ID'" in fault for fault in faults)
assert any("}name': This element is not expected" in fault for fault in faults)
assert first != second, "the same file is the same text now"
PYTHON
echo "as described"
