/** User settings of a test host: no request leaves the machine, nothing pops up, typed text stays as typed. */
export const settings: Readonly<Record<string, unknown>> = {
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'workbench.startupEditor': 'none',
  'workbench.enableExperiments': false,
  'workbench.settings.enableNaturalLanguageSearch': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'security.workspace.trust.enabled': false,
  'git.openRepositoryInParentFolders': 'never',
  'npm.fetchOnlinePackageInfo': false,
  // What else runs on the machine and listens would be told of in every picture.
  'remote.autoForwardPorts': false,
  'json.schemaDownload.enable': false,
  // On a slow machine half of what a test types would be saved, and then be what reverting brings back.
  'files.autoSave': 'off',
  'editor.autoIndent': 'none',
  // VS Code's own defaults for the language come before the user's for all languages.
  '[yaml]': { 'editor.autoIndent': 'none' },
  'editor.autoClosingBrackets': 'never',
  'editor.autoClosingQuotes': 'never',
  'editor.quickSuggestions': { other: 'off', comments: 'off', strings: 'off' },
  'editor.wordBasedSuggestions': 'off',
};
