export default Symbol.for('nocodb-bitbucket-auth/core.wasm/0efd6051e58cc3c23e5fbb8d5e3f9526fa1f14bd72101687245ef5168ab15fdd');
