export const hash = '0c86660626e29f314ef2e8d6ae984db7e22ab6b6258c2aa719978d4317b34a6d';
export const section = 'nocodb-bitbucket-auth';
export const build = '2cbd29b1c46c369d95aac353ef68a4028b8592bfeede349b34b8bbb4c10239be';
export const key = Symbol.for('nocodb-bitbucket-auth/core.wasm/0c86660626e29f314ef2e8d6ae984db7e22ab6b6258c2aa719978d4317b34a6d');
