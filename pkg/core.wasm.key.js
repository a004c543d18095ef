export default Symbol.for('nocodb-bitbucket-auth/core.wasm/618e9392184bbf4a394b198beacf21d38d4e202fc342e1563c9e07ad8cc250ca');
