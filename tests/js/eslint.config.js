// Faults that no style guide is needed for; how the code looks is left to who writes it.

import js from "@eslint/js";
import globals from "globals";

export default [
  { ignores: ["**/node_modules/"] },
  js.configs.recommended,
  {
    languageOptions: { ecmaVersion: 2024, sourceType: "module" },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "array-callback-return": ["error", { checkForEach: false }],
      "consistent-return": "off",  // tsc knows which functions return something
      curly: ["error", "multi-line"],
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-alert": "error",
      "no-console": "error",
      "no-eval": "error",
      "no-implicit-globals": "error",
      "no-implied-eval": "error",
      "no-new": "error",
      "no-param-reassign": "error",
      "no-self-compare": "off",  // value !== value is the fastest test for NaN, and it is met at every pixel
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
  { files: ["assets/stage/**/*.js"], languageOptions: { globals: globals.browser } },
  {
    // what needs no browser may not ask one
    files: ["fields", "wording", "gru", "gru/*", "hands/{cursor,gestures,units,zoom}", "numbers/{answer,known,tiles,unpack}", "panels/palette", "whatif/{compare,edits,history,presets,signal}", "whatif/{signals,texts}/*"].map((name) => `assets/stage/${name}.js`),
    languageOptions: { globals: { ...Object.fromEntries(Object.keys(globals.browser).map((name) => [name, "off"])), TextDecoder: "readonly" } },
  },
  { files: ["tests/js/**/*.js"], languageOptions: { globals: globals.node } },
];
