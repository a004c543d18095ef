var __create=Object.create;var __defProp=Object.defineProperty;var __getOwnPropDesc=Object.getOwnPropertyDescriptor;var __getOwnPropNames=Object.getOwnPropertyNames;var __getProtoOf=Object.getPrototypeOf;var __hasOwnProp=Object.prototype.hasOwnProperty;var __copyProps=(to,from,except,desc)=>{if(from&&typeof from==="object"||typeof from==="function"){for(let key of __getOwnPropNames(
from))if(!__hasOwnProp.call(to,key)&&key!==except)__defProp(to,key,{get:()=>from[key],enumerable:!(desc=__getOwnPropDesc(
from,key))||desc.enumerable})}return to};var __toESM=(mod,isNodeMode,target)=>(target=mod!=null?__create(__getProtoOf(mod)):{},__copyProps(isNodeMode||!mod||!mod.
__esModule?__defProp(target,"default",{value:mod,enumerable:true}):target,mod));var __toCommonJS=mod=>__copyProps(__defProp(
{},"__esModule",{value:true}),mod);var register_exports={};module.exports=__toCommonJS(register_exports);var NAME="nocodb-bitbucket-auth";var PROPERTY="ava\
ilableIntegrations";var LOADED=Symbol.for(`${NAME}/register`);var PATIENCE_S=60;var TYPES=["auth","development"];var OTHER_KINDS=[
"api_key","basic","custom"];var load=typeof require==="function"?()=>require("./index.cjs"):()=>Promise.resolve().then(()=>__toESM(require("./index.cjs")));
var BadRequest=class extends Error{constructor(cause){super(cause.message,{cause});this.name=cause.name}getStatus(){return 400}getResponse(){
return{msg:this.message}}};var inWords=(BitbucketAuthError,error)=>error instanceof BitbucketAuthError?new BadRequest(error):
error;var isObject=value=>typeof value==="object"&&value!==null&&!Array.isArray(value);function parseConfig(config){if(typeof config!==
"string")return config;try{return JSON.parse(config)}catch{return void 0}}async function exchange({BitbucketAuthError},entry,integration){
const{oauth,...config}=parseConfig(integration.config);let result=config;if(oauth&&!OTHER_KINDS.includes(config.type)){const{
oauth_token,refresh_token,expires_at,expires_in,refreshed_at,scopes,authorized_at,account,...kept}=config;try{result={...kept,
...await new entry.wrapper(kept).exchangeToken(oauth,kept)}}catch(error){throw inWords(BitbucketAuthError,error)}}return{
...integration,config:typeof integration.config==="string"?JSON.stringify(result):result}}function exchangeBeforeStoring(host,plugin,entry){
const{createIntegration,updateIntegration}=host;const isOurs=integration=>TYPES.includes(integration?.type??"")&&integration?.
sub_type===entry.sub_type;const holdsCode=integration=>{const config=parseConfig(integration?.config);return isObject(config)&&
"oauth"in config};const replace=(name,value)=>Object.defineProperty(host,name,{value,writable:true,configurable:true,enumerable:false});
async function createWithTokens(integration,...rest){const changed=isOurs(integration)&&holdsCode(integration)?await exchange(
plugin,entry,integration):integration;return createIntegration.call(this,changed,...rest)}async function updateWithTokens(context,id,integration,...rest){
let changed=integration;if(holdsCode(integration)){const stored=await host.get(context,id,false,...rest);const{type,sub_type}=integration;
const updated={type:type||stored?.type,sub_type:sub_type||stored?.sub_type};if(isOurs(stored)||isOurs(updated))changed=await exchange(
plugin,entry,integration)}return updateIntegration.call(this,context,id,changed,...rest)}replace("createIntegration",createWithTokens);
replace("updateIntegration",updateWithTokens)}function addTo(host,plugin){const registry=host.availableIntegrations;const offered=plugin.
default;const type=registry.some(other=>other.type===offered.type)?offered.type:"development";const makingOfWrapper=watchRows(
host);const entry={...offered,type,wrapper:readingRow(answeringInWords(plugin,offered),makingOfWrapper)};exchangeBeforeStoring(
host,plugin,entry);const existing=registry.findIndex(other=>other.type===type&&other.sub_type===entry.sub_type);if(existing===
-1)registry.push(entry);else registry[existing]=entry;const{version}=entry.manifest;console.log(`[${NAME}] Version ${version}\
: Bitbucket is registered as an integration of type "${type}".`)}function answeringInWords({BitbucketAuthError},{wrapper,
manifest}){const answering=class extends wrapper{};for(const name of manifest.expose){async function exposed(...args){try{
return await wrapper.prototype[name].apply(this,args)}catch(error){throw inWords(BitbucketAuthError,error)}}Object.defineProperty(
answering.prototype,name,{value:exposed,writable:true,configurable:true})}return answering}function watchRows(host){let current;
const{getIntegrationWrapper}=host.prototype??{};if(typeof getIntegrationWrapper==="function"){const getWrapperOfRow=function(...args){
const before=current;const making={row:this};const{getConfig}=this;const value=()=>making.config=getConfig.call(this);current=
making;Object.defineProperty(this,"getConfig",{value,configurable:true});try{return getIntegrationWrapper.apply(this,args)}finally{
Reflect.deleteProperty(this,"getConfig");current=before}};Object.defineProperty(host.prototype,"getIntegrationWrapper",{
value:getWrapperOfRow,writable:true,configurable:true,enumerable:false})}return()=>current}function readingRow(wrapper,makingOfWrapper){
return class extends wrapper{constructor(config,services,...rest){super(config,withRow(config,services,makingOfWrapper()),
...rest)}}}function withRow(config,services,making){if(!making||!services)return services;const{row,config:own}=making;const{
id,title,fk_workspace_id}=row;if(own?.refresh_token!==config?.refresh_token)return{...services,title};const host=row.constructor;
const loadConfig=async()=>{const stored=await host.get({workspace_id:fk_workspace_id},id);return stored?.getConfig()};return{
...services,id,title,loadConfig}}var sayNotLoaded=error=>console.error(`[${NAME}] NocoDB runs without Bitbucket: ${error.
message}`);var isHost=(target,value)=>Array.isArray(value)&&typeof target==="function"&&["get","createIntegration","upda\
teIntegration"].every(name=>typeof Reflect.get(target,name)==="function");function awaitRegistry(){let waited=0;const timer=setInterval(
()=>{waited+=PATIENCE_S;if(!process.getActiveResourcesInfo().includes("TCPServerWrap"))return;clearInterval(timer);console.
warn(`[${NAME}] No registry of integrations appeared within ${waited} s. If this process is NocoDB, and not still starti\
ng, this version of it is not supported and offers no Bitbucket.`)},PATIENCE_S*1e3);timer.unref();const stopWaiting=()=>{
clearInterval(timer);Reflect.deleteProperty(Function.prototype,PROPERTY)};Object.defineProperty(Function.prototype,PROPERTY,
{configurable:true,enumerable:false,get:()=>void 0,set(value){Object.defineProperty(this,PROPERTY,{value,writable:true,enumerable:true,
configurable:true});if(!isHost(this,value))return;stopWaiting();try{const plugin=load();if(plugin instanceof Promise)plugin.
then(loaded=>addTo(this,loaded)).catch(sayNotLoaded);else addTo(this,plugin)}catch(error){sayNotLoaded(error)}}})}if(!Reflect.
has(globalThis,LOADED)){Object.defineProperty(globalThis,LOADED,{value:true});try{awaitRegistry()}catch{}}
