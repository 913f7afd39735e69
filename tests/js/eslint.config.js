// Faults; how the code looks is the formatter's affair.

import js from "@eslint/js";
import globals from "globals";

// Globals that node, workers and pages share; every other global of a page is off.
const SHARED = ["MessageChannel", "TextDecoder", "URL", "Worker", "clearTimeout", "performance", "self", "setTimeout"];
const WITHOUT_DOM = {
  ...Object.fromEntries(Object.keys(globals.browser).map((name) => [name, "off"])),
  ...Object.fromEntries(SHARED.map((name) => [name, "readonly"])),
};

export default [
  { ignores: ["**/node_modules/"] },
  js.configs.recommended,
  {
    languageOptions: { ecmaVersion: 2024, sourceType: "module" },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "array-callback-return": ["error", { checkForEach: false }],
      "consistent-return": "off", // tsc knows which functions return something
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-alert": "error",
      "no-console": "error",
      "no-eval": "error",
      "no-implicit-globals": "error",
      "no-implied-eval": "error",
      "no-new": "error",
      "no-param-reassign": "error",
      "no-self-compare": "off", // value !== value is the fastest test for NaN, and it is met at every pixel
      "no-shadow": ["error", { builtinGlobals: false }],
      "no-throw-literal": "error",
      "no-unused-expressions": "error",
      "no-unused-vars": ["error", { args: "all", argsIgnorePattern: "^_", caughtErrors: "all" }],
      "no-use-before-define": ["error", { functions: false, classes: false, variables: false }],
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": ["error", { destructuring: "all" }],
      "prefer-promise-reject-errors": "error",
      radix: "off",
    },
  },
  { files: ["assets/stage/**/*.js", "assets/handout/*.js"], languageOptions: { globals: globals.browser } },
  {
    // these run in node and in a worker too: no DOM global may be used
    files: [
      "{model,data}/*",
      "view/{cursor,format,parse_ranges,time_window,unit_order}",
      "panels/{gestures,palette}",
      "editor/{edits,edit_text,history,presets,pulses,signal,signal_edits,signal_text,text_numbers}",
    ].map((name) => `assets/stage/${name}.js`),
    languageOptions: { globals: WITHOUT_DOM },
  },
  { files: ["tests/js/**/*.js"], languageOptions: { globals: globals.node } },
];
