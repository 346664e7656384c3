/** What an author cannot have meant, drawn under the source; `self` may be anything. */

/** Source, then for each warning a line of carets and its message; no line where there is none. */
export const celDoubts: readonly string[] = [
  'false',
  'true',
  "self.a == 'x' || self.a == 'y'",
  "self.a != 'x' && self.a != 'y'",
  'self.a > 1 && self.a < 5',
  'self.a >= 1 && self.a <= 1',
  'self.a > 1 || self.b > 1',
  "self.a == 'x' && self.b == 'y'",
  'self.a.size() > 0 && size(self.b) >= 1',
  'self.list.all(x, x == 1) && self.list.exists(y, y == 2)',
  `
self.a < duration('5 minutes')
         ^^^^^^^^^^^^^^^^^^^^^ this always fails: this is no duration, like 1h30m or 1.5s`,
  `
self.a == 1 / 0
          ^^^^^ this always fails: division by zero`,
  `
true || self.a == 1
^^^^ this is always true: nothing else here counts`,
  `
self.a == 1 && 1 == 1
               ^^^^^^ this is always true: it can be left out`,
  `
self.a == 1 && 2 < 1
               ^^^^^ this is always false: nothing else here counts`,
  `
false ? self.a : self.b
        ^^^^^^ this is never reached: the condition is always false`,
  `
self.a == 'x' && self.b && self.a=='x'
                           ^^^^^^^^^^^ this stands here twice`,
  `
self.a == 'x' && self.a == 'y'
^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this is never true: one value cannot be both`,
  `
'x' == self.a && self.b && self.a == 'y'
^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this is never true: one value cannot be both`,
  `
self.a < 1 && self.a > 1023
^^^^^^^^^^^^^^^^^^^^^^^^^^^ this is never true: one value cannot be both`,
  `
self.a != 'x' || self.a != 'y'
^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this is always true: whatever the value is, it is not one of these`,
  `
self.list.all(x, x != 1 || x != 2)
                 ^^^^^^^^^^^^^^^^ this is always true: whatever the value is, it is not one of these`,
  `
self.a == self.a
^^^^^^^^^^^^^^^^ this is always true: both sides are the same`,
  `
self.a in []
^^^^^^^^^^^^ this is never true: the list is empty`,
  `
self.a.size() < 0
^^^^^^^^^^^^^^^^^ this is never true: a size is at least 0`,
  `
size(self.a) >= 0
^^^^^^^^^^^^^^^^^ this is always true: a size is at least 0`,
];
