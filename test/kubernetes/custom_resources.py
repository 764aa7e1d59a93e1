"""Holds custom resources against their definitions: exit code 1, and a line for each problem.

Usage: custom_resources.py DEFINITION.yaml... < resources.json, with a list of resources on standard input. As in a cluster that validates strictly, a field that the definition
lacks is a problem.
"""

import json
import sys
from pathlib import Path

import jsonschema
import yaml

# PyYAML reads a lone `=`, a value of some lists of choices, as a type that it cannot make.
yaml.SafeLoader.add_constructor("tag:yaml.org,2002:value", lambda loader, node: node.value)


def schemas(paths):
    """The schema of each (apiVersion, kind) that the files define."""
    found = {}
    for path in paths:
        spec = yaml.safe_load(Path(path).read_text())["spec"]
        for version in spec["versions"]:
            name = f"{spec['group']}/{version['name']}"
            found[name, spec["names"]["kind"]] = version["schema"]["openAPIV3Schema"]
    return found


def strict(schema):
    """The same schema with no fields allowed but those it names."""
    if isinstance(schema, list):
        return [strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: strict(value) for name, value in schema.items()}
    if made.get("x-kubernetes-int-or-string"):
        made.pop("type", None)
    open_ended = made.get("x-kubernetes-preserve-unknown-fields")
    if made.get("type") == "object" and "properties" in made and not open_ended:
        made.setdefault("additionalProperties", False)
    return made


def problems(resource, known):
    """What the definition has against a resource."""
    key = resource["apiVersion"], resource["kind"]
    if key not in known:
        return [f"no definition of {' '.join(key)}"]
    schema = strict(known[key])
    # The definitions leave metadata to Kubernetes itself.
    schema["properties"]["metadata"] = {"type": "object"}
    errors = jsonschema.Draft202012Validator(schema).iter_errors(resource)
    return [f"{key[1]} {error.json_path}: {error.message}" for error in errors]


def main():
    """Tells what is wrong with the resources on standard input."""
    known = schemas(sys.argv[1:])
    lines = [line for each in json.load(sys.stdin) for line in problems(each, known)]
    sys.exit("\n".join(lines) or 0)


if __name__ == "__main__":
    main()
