export default Symbol.for('nocodb-bitbucket-auth/core.wasm/c8f63fb982015d3d3c8b563a2a611b847a40e7097f58716fb4af4c74af6bf0da');
export const hash = 'c8f63fb982015d3d3c8b563a2a611b847a40e7097f58716fb4af4c74af6bf0da';
export const section = 'nocodb-bitbucket-auth';
export const build = '5c3562bcf86371b72c5963a20632278d8cdf06952254e07edc8b41ba9c61d93c';
