type Glue = typeof import('./page-core.js') & WebAssembly.ModuleImports & {
  __wbg_set_wasm(exports: WebAssembly.Exports): void;
};
declare const glue: () => Glue;
export default glue;
