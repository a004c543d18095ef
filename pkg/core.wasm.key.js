export default Symbol.for('nocodb-bitbucket-auth/core.wasm/ed53c86f90101945b15f2f2b1753b2ec3b1769db9f0521deed05347f52a0b6af');
