/** Words and signs of other languages: what is said of them, and only that. Drawn as in `celProblems.ts`, over the same names. */
export const celForeign: readonly string[] = [
  `
input.spec.hostNetwork
^^^^^ unknown variable "input" (what is judged is self)`,
  `
some c in self.containers
^^^^ write list.exists(x, condition) instead of some`,
  `
every c in self.containers { c.name != "x" }
^^^^^ write list.all(x, condition) instead of every`,
  `
self.hostNetwork := true
                 ^^ write == instead of :=`,
  `
self.containers[_].name == "x"
                ^ unknown variable "_" (list.all(x, condition) and list.exists(x, condition) go through a list)`,
  `
count(self.containers) > 0
^^^^^ unknown function "count" (in CEL: value.size())`,
  `
contains(self.containers[0].image, "x")
^^^^^^^^ unknown function "contains" (it is a method: value.contains())`,
  `
endswith(self.containers[0].image, "x")
^^^^^^^^ unknown function "endswith" (in CEL: value.endsWith(part))`,
  `
startswith(self.containers[0].image, "x")
^^^^^^^^^^ unknown function "startswith" (in CEL: value.startsWith(part))`,
  `
sprintf("%s", ["x"]) == "x"
^^^^^^^ unknown function "sprintf" (in CEL: "…%s".format([value]))`,
  `
is_null(self.hostNetwork)
^^^^^^^ unknown function "is_null" (in CEL: value == null)`,
  `
to_number("1") > 0
^^^^^^^^^ unknown function "to_number" (in CEL: int(value))`,
  `
concat("/", ["a", "b"]) == "a/b"
^^^^^^ unknown function "concat" (in CEL: left + right)`,
  `
other.get("a")
      ^^^ unknown method "get" (in CEL: map[?key].orValue(value))`,
  `
request.operation == "CREATE"
^^^^^^^ unknown variable "request" (a file does not say who sends it, or how)`,
  `
oldObject == null
^^^^^^^^^ unknown variable "oldObject" (a file has no earlier version)`,
  `
variables.a == 1
^^^^^^^^^ unknown variable "variables" (cel.bind(x, value, expression) names a value)`,
  `
all self.containers as c { c.name is "x" }
^^^ write list.all(x, condition) instead of all`,
  `
any self.containers as c { c.name is "x" }
^^^ write list.exists(x, condition) instead of any`,
  `
containers.all(c, c.name != "x")
^^^^^^^^^^ unknown variable "containers" (did you mean "self.containers"?)`,
  `
self.nodeSelector.app.kubernetes == "x"
                      ^^^^^^^^^^ string has no fields (a key with dots is written map["a.b/c"])`,
  `
exists(self.hostNetwork)
^^^^^^ unknown function "exists" (in CEL: has(value.field), or list.exists(x, condition))`,
  `
size(self.containers) < 1.5Gi
                           ^^ "Gi" is not expected here; an amount is a text: quantity("1.5Gi")`,
  `
self.nodeSelector["a"] and true
                       ^^^ write && instead of and`,
  `
self.containers or self.hostNetwrk
                ^^ write || instead of or
                        ^^^^^^^^^^ PodSpec has no field "hostNetwrk" (did you mean "hostNetwork"?)`,
  `
self.nodeSelector["a"] is 3
                       ^^ write == instead of is`,
  `
self.nodeSelector["a"] is not "x"
                       ^^^^^^ write != instead of is not`,
  `
self.nodeSelector["a"] is "x"
                       ^^ write == instead of is`,
  `
self.nodeSelector["a"] matches "x"
                       ^^^^^^^ "matches" is not expected here; write value.matches(pattern)`,
  `
self.nodeSelector["a"] contains "x"
                       ^^^^^^^^ "contains" is not expected here; write value.contains(part)`,
  `
self.nodeSelector["a"] not in ["x"]
                       ^^^^^^ write !(value in list) instead of not in`,
  `
self.containers.length > 0
                ^^^^^^ list(Container) has no fields (in CEL: value.size())`,
  `
self.nodeSelector["a"].length
                       ^^^^^^ string has no fields (in CEL: value.size())`,
  `
self.nodeSelector["a"] === "x"
                       ^^^ write == instead of ===`,
  `
self.nodeSelector["a"] !== "x"
                       ^^^ write != instead of !==`,
  `
other == undefined
         ^^^^^^^^^ unknown variable "undefined" (in CEL: null, and has(a.b) where b may be missing)`,
  `
self.containers.some(c => c.name == "x")
                ^^^^ unknown method "some" (in CEL: list.exists(x, condition))
                       ^^ write a comma instead of =>`,
  `
self.containers.forEach(c, c.name)
                ^^^^^^^ unknown method "forEach" (in CEL: list.all(x, condition))`,
  `
any(self.containers, c, c.name == "x")
^^^ unknown function "any" (in CEL: list.exists(x, condition))`,
  `
self.hostNetwork?.a
                ^^ write .? instead of ?.`,
  `
self.nodeSelector["a"] ?? "x"
                       ^^ write optional.orValue(other) instead of ??`,
  `
self.nodeSelector["a"].match("x")
                       ^^^^^ unknown method "match" (in CEL: value.matches(pattern))`,
  `
/x/.test("x")
^ an expression is missing here; a pattern is a text: value.matches("…")`,
  `
true;
    ^ unexpected character ";"; nothing ends an expression`,
  `
return self.hostNetwork
^^^^^^ "return" is reserved and cannot be a name; a rule is one expression, and its value is what it gives`,
  `
let x = 1
^^^ "let" is reserved and cannot be a name; cel.bind(x, value, expression) names a value`,
  `
var x = 1
^^^ "var" is reserved and cannot be a name; cel.bind(x, value, expression) names a value`,
  `
const x = 1
^^^^^ "const" is reserved and cannot be a name; cel.bind(x, value, expression) names a value`,
  `
for (c in self.containers)
^^^ "for" is reserved and cannot be a name; list.all(x, condition) and list.exists(x, condition) go through a list`,
  `
function (c) { return c }
^^^^^^^^ "function" is reserved and cannot be a name; a condition on elements is written list.all(x, condition)`,
  `
typeof(self) == string
^^^^^^ unknown function "typeof" (in CEL: type(value))`,
  `
other instanceof map
      ^^^^^^^^^^ "instanceof" is not expected here; write type(value) == string`,
  `
other.hasOwnProperty("a")
      ^^^^^^^^^^^^^^ unknown method "hasOwnProperty" (in CEL: key in map)`,
  `
parseInt("1") > 0
^^^^^^^^ unknown function "parseInt" (in CEL: int(value))`,
  `
"a".toString() == "a"
    ^^^^^^^^ unknown method "toString" (in CEL: string(value))`,
  `
self.nodeSelector["a"].equals("a")
                       ^^^^^^ unknown method "equals" (in CEL: left == right)`,
  `
self.nodeSelector["a"].isEmpty()
                       ^^^^^^^ unknown method "isEmpty" (in CEL: value.size() == 0)`,
  `
this.hostNetwork
^^^^ unknown variable "this" (what is judged is self)`,
  `
other.has("a")
      ^^^ unknown method "has" (in CEL: key in map)`,
  `
other == None
         ^^^^ unknown variable "None" (in CEL: null, and has(a.b) where b may be missing)`,
  `
self.hostNetwork == True
                    ^^^^ unknown variable "True" (in CEL: true)`,
  `
self.hostNetwork == False
                    ^^^^^ unknown variable "False" (in CEL: false)`,
  `
self.hostNetwork == TRUE
                    ^^^^ unknown variable "TRUE" (in CEL: true)`,
  `
self.hostNetwork == FALSE
                    ^^^^^ unknown variable "FALSE" (in CEL: false)`,
  `
lambda c: c
^^^^^^ write list.all(x, condition) instead of lambda`,
  `
f"{self.hostNetwork}" == ""
^ a text is put together with +, or with "…%s".format([value])`,
  `
self.nodeSelector["a"] in ("x", "y")
                          ^ a list is written in brackets: [a, b]`,
  `
str(1) == "1"
^^^ unknown function "str" (in CEL: string(value))`,
  `
self.nodeSelector["a"][0] == "x"
^^^^^^^^^^^^^^^^^^^^^^^^^ string has no index of type int; write text.charAt(index)`,
  `
true # always
     ^ unexpected character "#"; a comment begins with //`,
  `
round(1.5) == 2
^^^^^ unknown function "round" (in CEL: math.round(value))`,
  `
other == NULL
         ^^^^ unknown variable "NULL" (in CEL: null, and has(a.b) where b may be missing)`,
  `
self.nodeSelector["a"] <> "x"
                       ^^ write != instead of <>`,
  `
self.nodeSelector["a"] like "x%"
                       ^^^^ "like" is not expected here; write value.matches(pattern)`,
  `
self.nodeSelector["a"] startsWith "x"
                       ^^^^^^^^^^ "startsWith" is not expected here; write value.startsWith(part)`,
  `
self.nodeSelector["a"] endsWith "x"
                       ^^^^^^^^ "endsWith" is not expected here; write value.endsWith(part)`,
  `
self.nodeSelector["a"] includes "x"
                       ^^^^^^^^ "includes" is not expected here; write value.contains(part)`,
  `
self.nodeSelector["a"] =~ "x"
                       ^^ write value.matches(pattern) instead of =~`,
  `
self.nodeSelector["a"] !~ "x"
                       ^^ write !value.matches(pattern) instead of !~`,
  `
self.nodeSelector["a"] eq "x"
                       ^^ write == instead of eq`,
  `
self.nodeSelector["a"] ne "x"
                       ^^ write != instead of ne`,
  `
self.containers.size() gt 1
                       ^^ write > instead of gt`,
  `
self.containers.size() ge 1
                       ^^ write >= instead of ge`,
  `
self.containers.size() lt 1
                       ^^ write < instead of lt`,
  `
self.containers.size() le 1
                       ^^ write <= instead of le`,
  `
self.nodeSelector["a"] equals "x"
                       ^^^^^^ write == instead of equals`,
  `
empty(self.containers)
^^^^^ unknown function "empty" (in CEL: value.size() == 0)`,
  `
now() > 0
^^^ unknown function "now" (in CEL: context.date; CEL has no clock)`,
  `
timestamp(now)
          ^^^ unknown variable "now" (CEL has no clock; context.date is the day)`,
  `
other == nil
         ^^^ unknown variable "nil" (in CEL: null, and has(a.b) where b may be missing)`,
  `
xor(true, false)
^^^ unknown function "xor" (in CEL: left != right)`,
  `
self.nodeSelector["a"] == "x" || "y"
                                 ^^^ || takes bool, not string; one of several is written value in [a, b]`,
  `
"a".startsWith("a" || "b")
               ^^^ || takes bool, not string`,
  `
self.containers["a"]
^^^^^^^^^^^^^^^^^^^^ list(Container) has no index of type string; write list.exists(x, condition)`,
  `
self.containers.name == "x"
                ^^^^ list(Container) has no fields (its elements may: list.all(x, x.name …))`,
  `
self.containers.map(c, c.name).contains("x")
                               ^^^^^^^^ list(string).contains(string) does not exist; write value in list`,
  `
self.?nodeSelector[?"a"] == "x"
^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ optional_type(string) and string are never equal; end the optional with .orValue(other)`,
  `
self->hostNetwork
    ^^ write . instead of ->`,
  `
self::hostNetwork
    ^^ write . instead of ::`,
  `
“x” == "x"
^ unexpected character "“"; a text stands in plain quotes: "…"`,
  `
"x" == ‘x’
       ^ unexpected character "‘"; a text stands in plain quotes: '…'`,
  `
self.nodeSelector["a"] == x”
                           ^ unexpected character "”"; a text stands in plain quotes: "…"`,
];
