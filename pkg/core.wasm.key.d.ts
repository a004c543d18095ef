declare const key: symbol;
export default key;
