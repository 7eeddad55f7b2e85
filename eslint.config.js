import js from "@eslint/js";
import globals from "globals";

export default [
  { files: ["imagespace_core/**/*.js"], ...js.configs.recommended, languageOptions: { globals: globals.browser } },
  { ignores: [".venv/", "node_modules/"] },
];
