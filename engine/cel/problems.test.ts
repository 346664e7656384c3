/** What the parser and the checker say, drawn under the source. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compile } from './index.ts';
import { bool, dyn, int, list, map, object, optional, string } from './type.ts';

const securityContext = object('SecurityContext', { privileged: bool, runAsUser: int });
const container = object('Container', { name: string, image: string, securityContext, ports: list(int) });
const pod = object('PodSpec', { containers: list(container), hostNetwork: bool, nodeSelector: map(string, string) });
const variables = { self: pod, other: dyn, maybe: optional(string) };

/** Source, then for each problem a line of carets and its message; no line where there is none. */
const cases: readonly string[] = [
  `self.containers.all(c, c.image != "")`,
  `self.containers.all(c, !c.?securityContext.privileged.orValue(false))`,
  `self.nodeSelector["disk"] == "ssd" && self["hostNetwork"]`,
  `self.containers.exists(c, c.name == other.name && other.size() > 2)`,
  `self.hostNetwork == null || self.containers[0] == null`,
  `self.?containers[?0].?name.orValue("x").size() > 0`,
  `
self.containrs.size() > 0
     ^^^^^^^^^ PodSpec has no field "containrs" (did you mean "containers"?)`,
  `
self.containers.all(c, c.securityContext.priviledged)
                                         ^^^^^^^^^^^ SecurityContext has no field "priviledged" (did you mean "privileged"?)`,
  `
self["hostnetwork"]
     ^^^^^^^^^^^^^ PodSpec has no field "hostnetwork" (did you mean "hostNetwork"?)`,
  `
slef.hostNetwork || otter
^^^^ unknown variable "slef" (did you mean "self"?)
                    ^^^^^ unknown variable "otter" (did you mean "other"?)`,
  `
self.hostNetwork == "true"
^^^^^^^^^^^^^^^^^^^^^^^^^^ bool and string are never equal`,
  `
self.containers.all(c, c.name)
                       ^^^^^^ all takes a bool, not string`,
  `
self.containers.all(c, c.ports > 80)
                       ^^^^^^^^^^^^ > does not take list(int) and int`,
  `
self.containers.all(c, c.image.startWith("x"))
                               ^^^^^^^^^ unknown method "startWith" (did you mean "startsWith"?)`,
  `
self.containers.all(c, c.image.startsWith(1))
                               ^^^^^^^^^^ string.startsWith(int) does not exist; there is string.startsWith(string)`,
  `
startsWith(self.containers[0].name, "a")
^^^^^^^^^^ unknown function "startsWith" (it is a method: value.startsWith())`,
  `
self.hostNetwork.all(x, x)
^^^^^^^^^^^^^^^^ all runs over a list or a map, not bool`,
  `
self.containers["a"].name == 1 ? 2 : "b"
^^^^^^^^^^^^^^^^^^^^ list(Container) has no index of type string
^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ the two cases have different types: int and string`,
  `
self.hostNetwork ? 1 : "b"
^^^^^^^^^^^^^^^^^^^^^^^^^^ the two cases have different types: int and string`,
  `
maybe == "x"
^^^^^^^^^^^^ optional_type(string) and string are never equal`,
  `
"a".matches("(")
            ^^^ bad pattern: a group that is not closed`,
  `
timestamp("2026-01-01T00:00:00Z").getHours("Mars/Olympus")
                                           ^^^^^^^^^^^^^^ unknown time zone`,
  `
has(self)
    ^^^^ has() takes the selection of a field: has(a.b)`,
  `
self.containers.map(1, 2)
                    ^ the variable must be a simple name`,
  `
self.containers.all(c, c.image = "x" && c.
                               ^ write == instead of =
                                          ^ the name of a field is missing after the dot`,
  `
1 + + 2
    ^ an expression is missing here`,
  `
[1, 2
     ^ a ] is missing here`,
  `
"abc
^^^^ the string has no end`,
  `
"a\\d"
  ^^ unknown escape; write \\\\ for a backslash, or a raw string r"…"`,
  `
99999999999999999999 + 1
^^^^^^^^^^^^^^^^^^^^ the number is out of the range of int`,
  `
true && Pod{name: "x"}.name == "x"
        ^^^ unknown message type Pod; values here are plain maps: {"field": value}`,
  `
self.hostNetwork) || other.x
                ^ ")" is not expected here`,
  `
if == 1
^^ "if" is reserved and cannot be a name`,
  `
self.containers.all(c.name)
                ^^^ all is written list.all(x, condition) or list.all(i, x, condition)`,
  `
cel.bind(x, 1)
    ^^^^ bind is written cel.bind(x, value, expression)`,
  `
has(self.a, self.b)
^^^ has is written has(a.b)`,
  `
f(1, )
     ^ an argument is missing here
^ unknown function "f"`,
  `
other.a ? other.b
                 ^ the other case is missing: condition ? value : other`,
];

for (const one of cases) {
  const [source = '', ...drawn] = one.startsWith('\n') ? one.slice(1).split('\n') : [one];
  test(`problems of ${source}`, () => {
    const { problems, program } = compile(source, { variables });
    const found = problems.map(
      ({ span, message }) => `${' '.repeat(span.start)}${'^'.repeat(Math.max(1, span.end - span.start))} ${message}`,
    );
    assert.deepEqual([...found].sort(), [...drawn].sort());
    assert.equal(program === null, drawn.length > 0);
  });
}
