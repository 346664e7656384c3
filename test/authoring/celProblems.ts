/** What the parser and the checker say, drawn under the source. */
import { bool, dyn, int, list, map, object, optional, string, type Type } from '../../engine/cel/type.ts';

const securityContext = object('SecurityContext', { privileged: bool, runAsUser: int });
const container = object('Container', { name: string, image: string, securityContext, ports: list(int) });
const pod = object('PodSpec', { containers: list(container), hostNetwork: bool, nodeSelector: map(string, string) });

/** What the sources may refer to. */
export const variables: Readonly<Record<string, Type>> = { self: pod, other: dyn, maybe: optional(string) };

/** Source, then for each problem a line of carets and its message; no line where there is none. */
export const celProblems: readonly string[] = [
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
self.hostNetwork and maybe.hasValue()
                 ^^^ write && instead of and`,
  `
self.hostNetwork or not maybe.hasValue()
                 ^^ write || instead of or
                    ^^^ write ! instead of not`,
  `
"a" in "abc"
^^^^^^^^^^^^ in does not take string and string; write text.contains(part)`,
  `
quantity("1Gi") < quantity("2Gi")
^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ < does not take quantity and quantity; write a.isLessThan(b)`,
  `
semver("1.2.3") >= semver("1.2.4")
^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ >= does not take semver and semver; write a.isGreaterThan(b)`,
  `
1 + 1.5 > 2.0
^^^^^^^ + does not take int and double; convert one of them, for instance with double(x)`,
  `
self.containers.all(c, c.image.toLowerCase() == c.image)
                               ^^^^^^^^^^^ unknown method "toLowerCase" (in CEL: value.lowerAscii())`,
  `
len(self.containers) > 1
^^^ unknown function "len" (in CEL: size(value))`,
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
^^^^^^^^^^^^^^^^^^^^ list(Container) has no index of type string; write list.exists(x, condition)
^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ the two cases have different types: int and string`,
  `
self.hostNetwork ? 1 : "b"
^^^^^^^^^^^^^^^^^^^^^^^^^^ the two cases have different types: int and string`,
  `
maybe == "x"
^^^^^^^^^^^^ optional_type(string) and string are never equal; end the optional with .orValue(other)`,
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
^^ "if" is reserved and cannot be a name; a choice is written condition ? value : other`,
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
  `
"a".int()
    ^^^ unknown method "int" (it is a function: int(value))`,
  `
1 && true
^ && takes bool, not int`,
  `
-"a"
^^^^ - does not take string`,
  `
!1
^^ ! does not take int`,
  `
1 ? 2 : 3
^ a condition is bool, not int`,
  `
{1.5: 1}
 ^^^ a key is a string, int, uint or bool, not double`,
  `
[?1]
  ^ after ? an optional is wanted, not int`,
  `
{?"a": 1}
       ^ after ? an optional is wanted, not int`,
  `
self.hostNetwork.on
                 ^^ bool has no fields`,
  `
[1].map(x, 1, x)
           ^ the filter is bool, not int`,
  `
[1].filter(x, 1)
              ^ the filter is bool, not int`,
  `
[1].transformList(i, x, 1, x)
                        ^ the filter is bool, not int`,
  `
[1].exists_one(x, 1)
                  ^ existsOne takes a bool, not int`,
  `
[1].transformMapEntry(i, x, 1)
                            ^ transformMapEntry takes a map with one entry, not int`,
  `
[1].transformMap(1)
    ^^^^^^^^^^^^ transformMap is written map.transformMap(k, v, value) or map.transformMap(k, v, condition, value)`,
  `
self.hostNetwork.optMap(x, x)
^^^^^^^^^^^^^^^^ optMap is of an optional, not of bool`,
  `
maybe.optFlatMap(x, 1)
                    ^ optFlatMap takes an optional, not int`,
  `
maybe.optMap(x)
      ^^^^^^ optMap is written optional.optMap(x, value)`,
  `
[1].all(x, x, true)
           ^ the two variables have the same name`,
  `
[1].existsOne(1)
    ^^^^^^^^^ existsOne is written list.existsOne(x, condition) or list.existsOne(i, x, condition)`,
  `
[1].exists(1)
    ^^^^^^ exists is written list.exists(x, condition) or list.exists(i, x, condition)`,
  `
[1].exists_one(1)
    ^^^^^^^^^^ exists_one is written list.exists_one(x, condition) or list.exists_one(i, x, condition)`,
  `
[1].filter(1)
    ^^^^^^ filter is written list.filter(x, condition)`,
  `
[1].map(1)
    ^^^ map is written list.map(x, value) or list.map(x, condition, value)`,
  `
[1].transformList(1)
    ^^^^^^^^^^^^^ transformList is written list.transformList(i, x, value) or list.transformList(i, x, condition, value)`,
  `
[1].transformMapEntry(1)
    ^^^^^^^^^^^^^^^^^ transformMapEntry is written map.transformMapEntry(k, v, {key: value})`,
  `
[1].sortBy(1)
    ^^^^^^ sortBy is written list.sortBy(x, key)`,
  `
maybe.optFlatMap(1)
      ^^^^^^^^^^ optFlatMap is written optional.optFlatMap(x, optional)`,
  `
{"a": 1
       ^ a } is missing here`,
  `
{"a" 1}
     ^ a : is missing here`,
  `
(1
  ^ a ) is missing here`,
  `
self["a"
        ^ a ] is missing here`,
  `
Pod{1: 2}
^^^ unknown message type Pod; values here are plain maps: {"field": value}
    ^ the name of a field is missing here`,
  `
Pod{a 1}
^^^ unknown message type Pod; values here are plain maps: {"field": value}
      ^ a : is missing here`,
  `
Pod{a: 1
^^^ unknown message type Pod; values here are plain maps: {"field": value}
        ^ a } is missing here`,
  `
[1 2]
   ^ a , or ] is missing here`,
  `
f(1 2)
^ unknown function "f"
    ^ a , or ) is missing here`,
  `
b"\\u00e9"
  ^^^^^^ bytes have no \\u escape; write \\x`,
  `
"\\ud800"
 ^^^^^^ this is no Unicode character`,
  `
"\\U00110000"
 ^^^^^^^^^^ this is no Unicode character`,
  `
"\\400"
 ^^ unknown escape; write \\\\ for a backslash, or a raw string r"…"`,
  `
1 # 2
  ^ unexpected character "#"; a comment begins with //`,
  `
true & false
     ^ write && instead of &`,
  `
true | false
     ^ write || instead of |`,
  `
18446744073709551616u
^^^^^^^^^^^^^^^^^^^^^ the number is out of the range of uint`,
  `
1e999
^^^^^ the number is out of the range of double`,
  `
1 in
    ^ an expression is missing here`,
  `
!
 ^ an expression is missing here`,
  `
a.
^ unknown variable "a"
  ^ the name of a field is missing after the dot`,
  `
a ? b
^ unknown variable "a"
     ^ the other case is missing: condition ? value : other`,
  `
[1, 2].sort(1)
       ^^^^ list(int).sort(int) does not exist; there is list(T).sort()`,
  `
"a" < 1
^^^^^^^ < does not take string and int`,
  `
1 + "a"
^^^^^^^ + does not take int and string; make a text of the other with string(x)`,
  `
"".matches(1)
   ^^^^^^^ string.matches(int) does not exist; there is string.matches(string)`,
  `
self.containers.size
                ^^^^ list(Container) has no fields (it is a method: size())`,
  `
duration("1h") + 1
^^^^^^^^^^^^^^^^^^ + does not take duration and int`,
  `
other.x.y(
        ^ unknown method "y"
          ^ a ) is missing here`,
  `
r"a
^^^ the string has no end`,
  `
"""a
^^^^ the string has no end`,
  `
'a
^^ the string has no end`,
  `
"a".matches(r"(")
            ^^^^ bad pattern: a group that is not closed`,
  `
"a".matches(r")")
            ^^^^ bad pattern: unexpected )`,
  `
"a".matches(r"*a")
            ^^^^^ bad pattern: a repetition of nothing`,
  `
"a".matches(r"[a")
            ^^^^^ bad pattern: a character class that is not closed or not valid`,
  `
"a".matches(r"[z-a]")
            ^^^^^^^^ bad pattern: a character class that is not closed or not valid`,
  `
"a".matches(r"\\q")
            ^^^^^ bad pattern: an escape sequence that RE2 does not have`,
  `
"a".matches(r"(?=a)")
            ^^^^^^^^ bad pattern: a kind of group that RE2 does not have`,
  `
"a".matches(r"(?P<a>b)(?P<a>c)")
            ^^^^^^^^^^^^^^^^^^^ bad pattern: two groups of one name`,
  `
"a".matches(r"a**")
            ^^^^^^ bad pattern: a repetition of a repetition`,
  `
"a".matches(r"a{2000}")
            ^^^^^^^^^^ bad pattern: a repetition count that is not within 0 to 1000`,
  `
"a".matches(r"(a{1000}){1000}")
            ^^^^^^^^^^^^^^^^^^ bad pattern: the repetitions of the pattern are too large`,
  `
self.containers[0.image == "a"
                 ^ a ] is missing here`,
  `
self.containers[0.image] == "a"
                 ^ the ] belongs here`,
  `
"a".matches(r"a{5,2}")
            ^^^^^^^^^ bad pattern: a repetition count that is not within 0 to 1000`,
  `
"a".matches(r"[[:nope:]]")
            ^^^^^^^^^^^^^ bad pattern: a character class that is not closed or not valid`,
  `
"a".matches(r"\\p{Nope}")
            ^^^^^^^^^^^ bad pattern: invalid character class range`,
  `
glob("a", "[z-a]")
          ^^^^^^^ bad path pattern: a character class that is not closed or not valid`,
  `
regex.extract("a", "(")
                   ^^^ bad regular expression: a group that is not closed, at 0`,
];

/** Sources beyond a bound, each with the place and the message of its first problem. */
export const celBounds: readonly { readonly source: string; readonly start: number; readonly message: string }[] = [
  { source: ' ', start: 0, message: 'an expression is missing here' },
  { source: '1'.repeat(100_001), start: 0, message: 'the expression is longer than 100000 characters' },
  { source: `${'('.repeat(300)}1`, start: 251, message: 'the expression is nested deeper than 250' },
  { source: `${'-'.repeat(400)}1`, start: 251, message: 'the expression is nested deeper than 250' },
  {
    source: `"a".matches("${'a'.repeat(10_001)}")`,
    start: 12,
    message: 'bad pattern: the pattern is longer than 10000 characters',
  },
  { source: `"a".matches("${'('.repeat(1_001)}")`, start: 12, message: 'bad pattern: groups are nested too deeply' },
];
