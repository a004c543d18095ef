export default Symbol.for('nocodb-bitbucket-auth/core.wasm/a3bf964761eb0ccd398b8680108657345e79a5ec58f2754a5d4b03bf246b370c');
export const hash = 'a3bf964761eb0ccd398b8680108657345e79a5ec58f2754a5d4b03bf246b370c';
export const section = 'nocodb-bitbucket-auth';
export const build = '6b03cf8534c5d24cfa8b88c21e3759ce6261e27808ec5617d658f3a4d70b6bca';
