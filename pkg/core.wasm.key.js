export default Symbol.for('nocodb-bitbucket-auth/core.wasm/518eba5ba7d1085ce59671fcfd2eacc92760ffebcbf036331966578c4df634d2');
export const hash = '518eba5ba7d1085ce59671fcfd2eacc92760ffebcbf036331966578c4df634d2';
export const section = 'nocodb-bitbucket-auth';
export const build = '678836cc5afe7fd740400350877fcc059c4a64d229ebcb7e4a9d4a86827f7900';
