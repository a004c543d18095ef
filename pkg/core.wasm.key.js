export default Symbol.for('nocodb-bitbucket-auth/core.wasm/5c48814ac6fb4877369d540cfdb9cc81ef9c41f2a6b8a20bb261e6eeead53ed2');
