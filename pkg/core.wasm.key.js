export const hash = '69fb4d7609bf1fc905b90afbf684cdbedba80ce84df115d28d0666ebe904350a';
export const section = 'nocodb-bitbucket-auth';
export const build = 'fbb76e8a38a0474d6a83b1fefa4fb3e303f5a7f7aa4884adc6dc5b845d368f1c';
export const key = Symbol.for('nocodb-bitbucket-auth/core.wasm/69fb4d7609bf1fc905b90afbf684cdbedba80ce84df115d28d0666ebe904350a');
