export default Symbol.for('nocodb-bitbucket-auth/core.wasm/6716dd0d53202a7e223080939d5902cd063007f53042eb22984b7a7f56650093');
