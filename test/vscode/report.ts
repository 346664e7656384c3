/** One test of the suite inside VS Code; `error` is null when it passed. */
export interface SuiteResult {
  readonly name: string;
  readonly error: string | null;
}
