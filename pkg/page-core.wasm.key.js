export const hash = 'a43997c2911e2499e54759825366ff24af89f7fee359a1c276c49218f719d22c';
export const section = 'nocodb-bitbucket-auth';
export const build = 'ce4ffaaac5b47d94621c9b29555b10d3dcaa321c6431e6faff81a5cdf6da8852';
export const key = Symbol.for('nocodb-bitbucket-auth/page-core.wasm/a43997c2911e2499e54759825366ff24af89f7fee359a1c276c49218f719d22c');
