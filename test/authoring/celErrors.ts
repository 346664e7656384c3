/** What a rule says that breaks while it is evaluated, drawn under the source: the finding's outcome is then `error`. */

/** What the sources see as `d`, of no declared type. */
export const data = { text: 'a', number: 1, list: [1, 2], map: { a: 1 }, mixed: [1, 'a'] };

/** Source, then the place and the message of its error. */
export const celErrors: readonly string[] = [
  `
"abc".charAt(5)
^^^^^^^^^^^^^^^ index out of range: 5`,
  `
"abc".substring(2, 1)
^^^^^^^^^^^^^^^^^^^^^ invalid substring range. start: 2, end: 1`,
  `
"abc".substring(5)
^^^^^^^^^^^^^^^^^^ index out of range: 5`,
  `
base64.decode("!")
^^^^^^^^^^^^^^^^^^ the text is not base64`,
  `
"%q".format([1])
^^^^^^^^^^^^^^^^ could not parse formatting clause: unrecognized formatting clause "q"`,
  `
"%s".format([])
^^^^^^^^^^^^^^^ index 0 out of range`,
  `
"%.2000f".format([1.0])
^^^^^^^^^^^^^^^^^^^^^^^ could not parse formatting clause: more than 1000 digits`,
  `
"%o".format(["a"])
^^^^^^^^^^^^^^^^^^ error during formatting: octal clause can only be used on integers, was given string`,
  `
"%d".format(["a"])
^^^^^^^^^^^^^^^^^^ error during formatting: decimal clause can only be used on integers, was given string`,
  `
"%f".format(["a"])
^^^^^^^^^^^^^^^^^^ error during formatting: fixed-point clause can only be used on doubles, was given string`,
  `
"%e".format([true])
^^^^^^^^^^^^^^^^^^^ error during formatting: scientific clause can only be used on doubles, was given bool`,
  `
"%b".format(["a"])
^^^^^^^^^^^^^^^^^^ error during formatting: only integers and bools can be formatted as binary, was given string`,
  `
"%x".format([1.5])
^^^^^^^^^^^^^^^^^^ error during formatting: only integers, byte buffers, and strings can be formatted as hex, was given double`,
  `
"%s".format([b"\\xff"])
^^^^^^^^^^^^^^^^^^^^^^ error during formatting: bytes are not UTF-8`,
  `
"%s".format([optional.none()])
^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ error during formatting: string clause can only be used on strings, bools, bytes, ints, doubles, maps, lists, types, durations, and timestamps, was given object`,
  `
[1, 2].slice(-1, 1)
^^^^^^^^^^^^^^^^^^^ cannot slice(-1, 1), negative indexes not supported`,
  `
[1, 2].slice(2, 1)
^^^^^^^^^^^^^^^^^^ cannot slice(2, 1), start index must be less than or equal to end index`,
  `
[1, 2].slice(0, 3)
^^^^^^^^^^^^^^^^^^ cannot slice(0, 3), list is length 2`,
  `
[[1]].flatten(-1)
^^^^^^^^^^^^^^^^^ level must be non-negative`,
  `
d.mixed.sort()
^^^^^^^^^^^^^^ list elements must be comparable and have the same type`,
  `
d.mixed.min()
^^^^^^^^^^^^^ no such overload`,
  `
[].min()
^^^^^^^^ min called on empty list`,
  `
[].max()
^^^^^^^^ max called on empty list`,
  `
lists.range(1000000000)
^^^^^^^^^^^^^^^^^^^^^^^ the cost budget of the evaluation is exhausted`,
  `
math.greatest([])
^^^^^^^^^^^^^^^^^ math.greatest(list) argument must not be empty`,
  `
math.bitShiftLeft(1, -1)
^^^^^^^^^^^^^^^^^^^^^^^^ math.bitShift() negative offset: -1`,
  `
ip("a")
^^^^^^^ the text is not an IP address`,
  `
cidr("a")
^^^^^^^^^ the text is not a network in CIDR notation`,
  `
cidr("10.0.0.0/8").containsIP("a")
^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ the text is not an address`,
  `
cidr("10.0.0.0/8").containsCIDR("a")
^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ the text is not an address`,
  `
ip.isCanonical("a")
^^^^^^^^^^^^^^^^^^^ the text is not an IP address`,
  `
quantity("a")
^^^^^^^^^^^^^ the text is not a quantity`,
  `
quantity("1.5").asInteger()
^^^^^^^^^^^^^^^^^^^^^^^^^^^ cannot convert value to integer`,
  `
"a".matches(d.text + "(")
^^^^^^^^^^^^^^^^^^^^^^^^^ bad pattern: a group that is not closed`,
  `
regex.replace("a", "a", "\\\\x")
^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ invalid replacement: \\ must be followed by a digit or \\`,
  `
regex.replace("a", "a", "\\\\1")
^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ replacement references group 1 but the pattern has 0`,
  `
regex.extract("ab", "(a)(b)")
^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ the regular expression has more than one capturing group`,
  `
semver("a")
^^^^^^^^^^^ the text is not a semantic version`,
  `
semver("99999999999999999999.0.0").major()
^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ the text is not a semantic version`,
  `
url("::")
^^^^^^^^^ the text is not an absolute URI or path`,
  `
d.missing
  ^^^^^^^ no such key: "missing"`,
  `
d.map["b"]
^^^^^^^^^^ no such key`,
  `
d.list[9]
^^^^^^^^^ index out of bounds`,
  `
d.list["a"]
^^^^^^^^^^^ the index of a list is an int`,
  `
d.text.field
       ^^^^^ no such key: "field"`,
  `
{d.text: 1, "a": 2}
^^^^^^^^^^^^^^^^^^^ a key comes twice`,
  `
{d.list: 1}
 ^^^^^^ a key is a string, int, uint or bool`,
  `
[?d.text]
^^^^^^^^^ after ? an optional is wanted`,
  `
{?"a": d.text}
       ^^^^^^ after ? an optional is wanted`,
  `
d.text + 1
^^^^^^^^^^ + does not take values of these types`,
  `
-d.text
^^^^^^^ - takes a number`,
  `
!d.text
^^^^^^^ ! takes bool`,
  `
d.text && true
^^^^^^ && takes bool`,
  `
d.text || false
^^^^^^ || takes bool`,
  `
d.text ? 1 : 2
^^^^^^ a condition is bool`,
  `
d.text < 1
^^^^^^^^^^ < does not compare values of these types`,
  `
1 in d.text
^^^^^^^^^^^ in takes a list or a map on its right`,
  `
d.number - d.text
^^^^^^^^^^^^^^^^^ - does not take values of these types`,
  `
d.list.all(x, x)
              ^ all takes a bool`,
  `
d.list.exists(x, d.text)
                 ^^^^^^ exists takes a bool`,
  `
d.list.filter(x, x)
                 ^ filter takes bool`,
  `
d.list.map(x, d.text, x)
              ^^^^^^ the filter takes bool`,
  `
d.number.all(x, true)
^^^^^^^^ all runs over a list or a map`,
  `
d.list.transformMapEntry(i, x, d.text)
                               ^^^^^^ transformMapEntry takes a map`,
  `
d.list.transformMapEntry(i, x, {"a": 1})
^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ a key comes twice`,
  `
d.mixed.sortBy(x, x)
                  ^ sortBy takes keys of one type that has an order`,
  `
d.text.optMap(x, x)
^^^^^^ optMap is of an optional`,
  `
optional.of(1).optFlatMap(x, d.text)
                             ^^^^^^ optFlatMap takes an optional`,
  `
d.text.orValue(1)
^^^^^^ orValue is of an optional`,
  `
optional.none().or(d.text)
                   ^^^^^^ or takes an optional`,
  `
optional.none().value()
^^^^^^^^^^^^^^^^^^^^^^^ optional.none() has no value`,
  `
size(d.number)
^^^^^^^^^^^^^^ no such overload: size(int)`,
  `
d.number.startsWith("a")
^^^^^^^^^^^^^^^^^^^^^^^^ no such overload: int.startsWith(string)`,
  `
int("a")
^^^^^^^^ the value cannot be converted to int`,
  `
uint(-1)
^^^^^^^^ unsigned integer overflow`,
  `
int(1e99)
^^^^^^^^^ the number is out of range`,
  `
double("a")
^^^^^^^^^^^ the value cannot be converted to double`,
  `
bool("a")
^^^^^^^^^ the value cannot be converted to bool`,
  `
string(b"\\xff")
^^^^^^^^^^^^^^^ the bytes are no valid UTF-8`,
  `
timestamp("a")
^^^^^^^^^^^^^^ this is no timestamp of RFC 3339, like 2026-01-31T12:00:00Z`,
  `
duration("a")
^^^^^^^^^^^^^ this is no duration, like 1h30m or 1.5s`,
  `
1 / 0
^^^^^ division by zero`,
  `
1 % 0
^^^^^ modulus by zero`,
  `
9223372036854775807 + 1
^^^^^^^^^^^^^^^^^^^^^^^ integer overflow`,
  `
-(-9223372036854775807 - 1)
^^^^^^^^^^^^^^^^^^^^^^^^^^^ integer overflow`,
  `
1u - 2u
^^^^^^^ unsigned integer overflow`,
  `
timestamp("2026-01-01T00:00:00Z").getHours(d.text)
^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ unknown time zone`,
  `
timestamp("9999-12-31T23:59:59Z") + duration("100h")
^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ timestamp out of range`,
  `
optional.unwrap(d.list)
^^^^^^^^^^^^^^^^^^^^^^^ a list of optionals is wanted`,
  `
d.list.sum() + d.mixed.sum()
               ^^^^^^^^^^^^^ no such overload`,
  `
d.list.distinct() == [d.missing]
                        ^^^^^^^ no such key: "missing"`,
  `
format.named("x").value()
^^^^^^^^^^^^^^^^^^^^^^^^^ optional.none() has no value`,
  `
["a"].join(d.number)
^^^^^^^^^^^^^^^^^^^^ no such overload: list.join(int)`,
  `
d.mixed.join()
^^^^^^^^^^^^^^ no such overload`,
  `
lists.range(20000).all(x, lists.range(20000).all(y, true))
^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ the cost budget of the evaluation is exhausted`,
  `
glob("a", d.text + "[z-a]")
^^^^^^^^^^^^^^^^^^^^^^^^^^^ bad path pattern: a character class that is not closed or not valid`,
  `
regex.extract("a", d.text + "(")
^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ bad regular expression: a group that is not closed, at 1`,
  `
semver("9223372036854775808.0.0").major()
^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ the part of the version is larger than an int`,
];

const times = (count: number): string => `"${'x'.repeat(count)}"`;
const long = `${times(2_000)}.replace("x", ${times(400)})`;

/** Sources whose evaluation is beyond a bound, all of them marked. */
export const celErrorBounds: readonly { readonly source: string; readonly message: string }[] = [
  {
    source: `"%s".format([${'['.repeat(150)}1${']'.repeat(150)}])`,
    message: 'error during formatting: the value is nested too deeply',
  },
  { source: `"%s%s".format([${long}, ${long}])`, message: 'the result is longer than 1048576 characters' },
  { source: `${times(50_000)}.replace("x", ${times(500)})`, message: 'the result is longer than 1048576 characters' },
  {
    source: `regex.replace(${times(900)}, "x", ${times(2_000)})`,
    message: 'the result is longer than 1048576 characters',
  },
  { source: `regex.extractAll(${times(90_000)}, "x")`, message: 'the text is too long for so many matches' },
  { source: 'lists.range(100001)', message: 'the list has more than 100000 elements' },
];
