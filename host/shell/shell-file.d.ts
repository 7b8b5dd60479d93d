/**
 * The text of a shell program: esbuild's text loader, a plugin of vitest.config.ts, sh-loader.mjs
 * for tsx.
 */
declare module '*.sh' {
  const text: string;
  export default text;
}
