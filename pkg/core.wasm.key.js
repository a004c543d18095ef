export default Symbol.for('nocodb-bitbucket-auth/core.wasm/362f1ae24bdd40ef36e677b6c7b184a0a0e18b5337e16833e693d9a948839d65');
