var __create=Object.create;var __defProp=Object.defineProperty;var __getOwnPropDesc=Object.getOwnPropertyDescriptor;var __getOwnPropNames=Object.getOwnPropertyNames;var __getProtoOf=Object.getPrototypeOf;var __hasOwnProp=Object.prototype.hasOwnProperty;var __esm=(fn,res,err)=>function __init(){if(err)throw err[0];try{return fn&&(res=(0,fn[__getOwnPropNames(fn)[0]])(fn=0)),
res}catch(e){throw err=[e],e}};var __export=(target,all)=>{for(var name in all)__defProp(target,name,{get:all[name],enumerable:true})};var __copyProps=(to,from,except,desc)=>{
if(from&&typeof from==="object"||typeof from==="function"){for(let key of __getOwnPropNames(from))if(!__hasOwnProp.call(
to,key)&&key!==except)__defProp(to,key,{get:()=>from[key],enumerable:!(desc=__getOwnPropDesc(from,key))||desc.enumerable})}
return to};var __toESM=(mod,isNodeMode,target)=>(target=mod!=null?__create(__getProtoOf(mod)):{},__copyProps(isNodeMode||!mod||!mod.
__esModule?__defProp(target,"default",{value:mod,enumerable:true}):target,mod));var __toCommonJS=mod=>__copyProps(__defProp(
{},"__esModule",{value:true}),mod);function keyOf(payload){const{code,codeVerifier}=(0,import_oauth_payload.parseOAuthPayload)(payload);if(typeof code!=="s\
tring")return void 0;return(0,import_digest.digest)(JSON.stringify([code,String(codeVerifier)])).toString("base64url")}function rememberExchange(payload,tokens){
const key=keyOf(payload);if(key===void 0)return;if(exchanges.size>=MAX_EXCHANGES)exchanges.delete(exchanges.keys().next().
value);const exchange={tokens,isUnstored:false};exchanges.set(key,exchange);setTimeout(()=>{if(exchanges.get(key)===exchange)
exchanges.delete(key)},EXCHANGE_LIFETIME_MS).unref()}function markUnstored(payload){const exchange=exchanges.get(keyOf(payload)??
"");if(exchange)exchange.isUnstored=true}function takeExchange(payload,{onlyUnstored=false}={}){const key=keyOf(payload)??
"";const exchange=exchanges.get(key);if(!exchange||onlyUnstored&&!exchange.isUnstored)return void 0;exchanges.delete(key);
return exchange.tokens}var import_digest,import_oauth_payload,EXCHANGE_LIFETIME_MS,MAX_EXCHANGES,exchanges;var init_exchanged_codes=__esm(
{"js/nocodb/exchanged-codes.js"(){import_digest=require("./shared.cjs");import_oauth_payload=require("./shared.cjs");EXCHANGE_LIFETIME_MS=
6e4;MAX_EXCHANGES=1e3;exchanges=new Map}});var plugin_exports={};
__export(plugin_exports,{BitbucketAuthError:()=>import_entry.BitbucketAuthError,default:()=>import_entry.default,
markUnstored:()=>markUnstored,maskedCredentialError:()=>maskedCredentialError,maskedMembers:()=>import_masking.maskedMembers,
nocodbStatus:()=>nocodbStatus,parseOAuthPayload:()=>import_oauth_payload2.parseOAuthPayload,rememberExchange:()=>rememberExchange,
restoreCredentials:()=>import_masking.restoreCredentials,takeExchange:()=>takeExchange,unexchangedCodeError:()=>unexchangedCodeError,
usesAuthorizationCode:()=>usesAuthorizationCode,vaultReferenceMembers:()=>import_vault_references.vaultReferenceMembers});
var import_arguments,import_core,import_error,import_entry,import_masking,import_oauth_payload2,import_vault_references,
nocodbStatus,usesAuthorizationCode,unexchangedCodeError,maskedCredentialError;var init_plugin=__esm({"js/nocodb/plugin.j\
s"(){import_arguments=require("./shared.cjs");import_core=require("./shared.cjs");import_error=require("./shared.cjs");import_entry=
__toESM(require("./index.cjs"));init_exchanged_codes();import_masking=require("./shared.cjs");import_oauth_payload2=require("./shared.cjs");
import_vault_references=require("./shared.cjs");nocodbStatus=({code,status})=>(0,import_error.callCore)(nocodbStatus,()=>(0,import_core.core)().
nocodbStatus(code,status));usesAuthorizationCode=type=>(0,import_core.core)().usesAuthorizationCode((0,import_arguments.stringOrUndefined)(
type)??"");unexchangedCodeError=()=>(0,import_core.failure)("RECONNECT_REQUIRED","exchange",{connectionEnd:"unexchanged"});
maskedCredentialError=field=>new import_error.BitbucketAuthError((0,import_core.core)().maskedCredentialError(field),{},
maskedCredentialError)}});var page,policy;var init_callback_html=__esm({"pkg/callback.html.js"(){page=`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'sha256-lLjHIKpYK69ssegoFuokT12u8mSsv\
QZeOr/5FWrC0t8='; style-src 'sha256-0JbPSV2t1YeaXe687kbo53rOLt2L6q3kJFLKCHPe7wc='; base-uri 'none'; form-action 'none'">\

<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Back from Bitbucket</title>
<style>
  :root { color-scheme: light dark; }
  body { margin: 0; min-height: 100vh; display: grid; place-content: center; padding: 1.5rem; box-sizing: border-box;
    font: 1rem/1.5 system-ui, sans-serif; text-align: center; }
  h1 { margin: 0 0 .5rem; font-size: 1.25rem; }
  p { margin: 0; max-width: 34rem; }
  button { margin-top: 1.25rem; padding: .4rem 1rem; font: inherit; justify-self: center; }
</style>
</head>
<body>
<main>
<h1>Bitbucket has answered</h1>
<p>This window closes by itself. If it stays, you can close it.</p>
</main>
<script>
  (() => {
    'use strict';
    const name = 'nocodb-bitbucket-auth';
    // Until then everybody has seen the address: browsers let a hidden page look once in a minute.
    const seenByAllMs = 120_000;
    const address = location.href;
    const forget = () => history.replaceState(null, '', location.pathname);
    // A page that tells of a refusal has a button, and an error in its address that somebody may be asked for; but no c\
ode.
    const button = document.querySelector('button');
    if (button) button.addEventListener('click', () => close());
    else setTimeout(forget, seenByAllMs);
    // Set by js/browser.js when it opened this window. Others only look at the address.
    const popup = sessionStorage.getItem(\`\${name}:popup\`);
    if (!popup) return;
    const channel = new BroadcastChannel(name);
    const tell = () => {
      channel.postMessage({ popup, address });
      // Delivered only if that window is still of this origin.
      opener?.postMessage({ popup, address }, location.origin);
    };
    // Again and again: a browser that has just moved the window to another process may lose a message.
    const telling = setInterval(tell, 1000);
    setTimeout(() => clearInterval(telling), seenByAllMs);
    channel.addEventListener('message', ({ data }) => {
      if (data?.popup !== popup || data.taken !== true) return;
      clearInterval(telling);
      forget();
      close();
    });
    tell();
  })();
</script>
</body>
</html>
`;policy="default-src 'none'; script-src 'sha256-lLjHIKpYK69ssegoFuokT12u8mSsvQZeOr/5FWrC0t8='; style-src 'sha256-0JbPSV\
2t1YeaXe687kbo53rOLt2L6q3kJFLKCHPe7wc='; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"}});var callback_page_exports={};__export(callback_page_exports,{pageFor:()=>pageFor,serveCallbackPage:()=>serveCallbackPage});
function serveCallbackPage(env=process.env){if(isInstalled)return;isInstalled=true;const environment=(0,import_environment.lazyEnvironment)(
env);const contentFor=target=>environment().callbackPage?.contentFor(target);for(const{prototype}of SERVERS){interceptRequests(
prototype,(request,response)=>respondToCallback(contentFor,request,response))}}function interceptRequests(prototype,handle){
const{emit}=prototype;const emitUnlessHandled=function(event){const args=arguments;if(event==="request"&&handle(args[1],
args[2]))return true;return emit.apply(this,args)};Object.defineProperty(prototype,"emit",{value:emitUnlessHandled,writable:true,
configurable:true})}function respondToCallback(contentFor,request,response){try{const{method,url}=request;const shownPage=method===
"GET"&&url?.includes("?")?contentFor(url):void 0;if(!shownPage)return false;const{headers,body}=pageFor(shownPage);response.
writeHead(200,headers).end(body);return true}catch{return false}}function pageFor({error:refusal}){if(!refusal)return{headers:HEADERS,
body:page};return{headers:{...HEADERS,...ISOLATION_HEADERS},body:renderRefusal(refusal)}}function renderRefusal({heading,
text}){const main=`<main>
<h1>${heading}</h1>
<p>${text}</p>
<button type="button">Close this window</button>
</main>`;return page.replace(/<main>[^]*<\/main>/,()=>main)}var import_node_http,import_node_https,import_environment,HEADERS,
ISOLATION_HEADERS,SERVERS,isInstalled;var init_callback_page=__esm({"js/nocodb/callback-page.js"(){import_node_http=require("node:http");
import_node_https=require("node:https");init_callback_html();import_environment=require("./shared.cjs");HEADERS={"Conten\
t-Type":"text/html; charset=utf-8","Content-Security-Policy":policy,"Cache-Control":"no-store","Referrer-Policy":"no-ref\
errer","X-Content-Type-Options":"nosniff"};ISOLATION_HEADERS={"Cross-Origin-Opener-Policy":"same-origin"};SERVERS=[import_node_http.Server,
import_node_https.Server];isInstalled=false}});function onPropertyAssigned(property,onAssigned){const installed=()=>Object.getOwnPropertyDescriptor(Function.prototype,
property);let isWaiting=true;let inherited=installed();const setter={configurable:true,enumerable:false,get(){return inherited?.
get?.call(this)},set(value){if(inherited?.set)inherited.set.call(this,value);else Reflect.defineProperty(this,property,{
value,writable:true,enumerable:true,configurable:true});if(!installed())inherited=void 0;if(isWaiting)isWaiting=!onAssigned(
this,value);install()}};function install(){const current=installed();if(current&&current.set!==setter.set)return;const needed=isWaiting?
setter:inherited;if(needed)Object.defineProperty(Function.prototype,property,needed);else Reflect.deleteProperty(Function.
prototype,property)}Object.defineProperty(Function.prototype,property,setter);return{isDisplaced:()=>isWaiting&&installed()?.
set!==setter.set}}var import_node_async_hooks=require("node:async_hooks");var isObject=value=>typeof value==="object"&&value!==null&&!Array.isArray(value);function parseConfig(config){let parsed=config;
if(typeof config==="string"){try{parsed=JSON.parse(config)}catch{return void 0}}return isObject(parsed)?parsed:void 0}var needsPreparation=({
maskedMembers:maskedMembers2},config)=>config!==void 0&&("oauth"in config||maskedMembers2(config).length>0);async function prepareConfig(plugin,config,stored,{
isNew,exchange}){const{oauth,...given}=config;const usesAuthorizationCode2=plugin.usesAuthorizationCode(given.type);const hasNewCode=Boolean(
oauth)&&usesAuthorizationCode2&&!isSameCode(plugin,oauth,stored?.oauth);const restored=restoreCredentials(plugin,hasNewCode?
withoutTokens(given):given,isNew?void 0:stored);if(!oauth)return restored;if(hasNewCode){const tokens=plugin.takeExchange(
oauth,{onlyUnstored:true})??await exchange(oauth,restored);plugin.rememberExchange(oauth,tokens);return{...restored,...tokens}}
if(usesAuthorizationCode2&&!restored.oauth_token&&!restored.refresh_token)throw plugin.unexchangedCodeError();plugin.rememberExchange(
oauth,{});return restored}function restoreCredentials(plugin,config,stored){const[masked]=plugin.maskedMembers(config);if(masked!==
void 0&&!stored)throw plugin.maskedCredentialError(`config.${masked}`);return plugin.restoreCredentials(config,stored)}function withoutTokens({
oauth_token,refresh_token,expires_at,expires_in,refreshed_at,scopes,authorized_at,account,...kept}){return kept}function isSameCode({
parseOAuthPayload:parseOAuthPayload3},payload,storedPayload){const{code}=parseOAuthPayload3(payload);return typeof code===
"string"&&code===parseOAuthPayload3(storedPayload).code}var HttpError=class extends Error{#status;constructor(cause,status){super(cause.message,{cause});this.name=cause.name;this.#status=
status}getStatus(){return this.#status}getResponse(){return{msg:this.message}}};async function asNocodbError(httpError,provokeError){
try{await provokeError()}catch(thrown){if(isNocodbError(thrown)){const error=copyWithText(thrown,httpError);if(isReadable(
error))return error}}return httpError}var isStatus=value=>Number.isInteger(value)&&Number(value)>=400&&Number(value)<=599;
var isNocodbError=thrown=>thrown instanceof Error&&Object.getPrototypeOf(thrown)!==Error.prototype&&Object.values(thrown).
some(isStatus);function copyWithText(thrown,httpError){const{code}=httpError.cause;const textFor=(name,member)=>{if(typeof member!==
"string")return void 0;if(name==="name")return member;return member===thrown.message?httpError.message:code};const error=new Error(
httpError.message,{cause:httpError.cause});Object.setPrototypeOf(error,Object.getPrototypeOf(thrown));for(const[name,member]of Object.
entries(thrown)){const value=isStatus(member)?httpError.getStatus():textFor(name,member);if(value!==void 0)Object.defineProperty(
error,name,{value,writable:true,enumerable:true,configurable:true})}return error}function isReadable(error){try{for(let from=error;from!==
Error.prototype;from=Object.getPrototypeOf(from)){for(const name of Object.getOwnPropertyNames(from)){const member=error[name];
if(typeof member==="function"&&member.length===0&&/^(get[A-Z]|to(JSON|String)$)/.test(name))error[name]()}}return true}catch{
return false}}var INTEGRATION_TYPES=["auth","development"];var wrapperCreations=new import_node_async_hooks.AsyncLocalStorage;var replacements=new WeakSet;
function patchModel(model,plugin,onUse){patchStoringMethods(model,plugin,onUse);patchRowMethods(model.prototype,onUse)}var createWrapperClass=plugin=>withRowServices(
plugin,withHttpErrors(plugin));function replaceMethod(target,name,wrap){const method=target?.[name];if(typeof method!=="\
function"||replacements.has(method))return;const value=wrap(method);replacements.add(value);Reflect.defineProperty(target,
name,{value,writable:true,configurable:true,enumerable:false})}var NO_SUCH_ROW="nocodb-bitbucket-auth";var toHttpError=({
BitbucketAuthError:BitbucketAuthError3,nocodbStatus:nocodbStatus2},error)=>error instanceof BitbucketAuthError3?new HttpError(
error,nocodbStatus2(error)):error;var isInTransaction=rest=>rest.some(meta=>meta?.knexConnection?.isTransaction===true);
var withConfig=(integration,config)=>({...integration,config:typeof integration.config==="string"?JSON.stringify(config):
config});var logger=line=>(line.startsWith("INFO ")?console.log:console.warn)(`[nocodb-bitbucket-auth] ${line}`);function configOf(row){
try{return parseConfig(row?.getConfig?.())}catch{return void 0}}function patchStoringMethods(model,plugin,onUse){const isOurs=integration=>INTEGRATION_TYPES.
includes(integration?.type??"")&&integration?.sub_type===plugin.default.sub_type;async function prepare(integration,config,stored,{
isNew,rest}){const exchange=(payload,kept)=>new plugin.default.wrapper(kept,{logger,title:integration.title??stored?.title}).
exchangeToken(payload,kept,{isInTransaction:isInTransaction(rest)});const storedConfig=isOurs(stored)?configOf(stored):void 0;
return withConfig(integration,await prepareConfig(plugin,config,storedConfig,{isNew,exchange}))}async function storeOrMarkUnstored(payload,store){
try{return await store()}catch(error){plugin.markUnstored(payload);throw error}}replaceMethod(model,"get",get=>function getRow(...args){
onUse(this);return get.apply(this,args)});replaceMethod(model,"createIntegration",createIntegration=>(async function createPrepared(integration,...rest){
onUse(this);let prepared=integration;const config=parseConfig(integration?.config);if(isOurs(integration)&&needsPreparation(
plugin,config)){const{id,fk_workspace_id:workspace=integration.workspaceId}=integration;const context={workspace_id:workspace};
try{const copied=id?await model.get(context,id,false,...rest):void 0;prepared=await prepare(integration,config,copied,{isNew:true,
rest})}catch(error){const httpError=toHttpError(plugin,error);throw httpError instanceof HttpError&&rest.some(Boolean)?await asNocodbError(
httpError,()=>model.updateIntegration(context,NO_SUCH_ROW,{title:NO_SUCH_ROW},...rest)):httpError}}const create=()=>createIntegration.
call(this,prepared,...rest);return prepared===integration?create():storeOrMarkUnstored(config?.oauth,create)}));replaceMethod(
model,"updateIntegration",updateIntegration=>(async function updatePrepared(context,id,integration,...rest){onUse(this);
let prepared=integration;const config=parseConfig(integration?.config);if(needsPreparation(plugin,config)){const stored=await model.
get(context,id,false,...rest);const{type,sub_type}=integration;const updated={type:type||stored?.type,sub_type:sub_type||
stored?.sub_type};try{if(isOurs(stored)||isOurs(updated)){prepared=await prepare(integration,config,stored,{isNew:false,
rest})}}catch(error){throw toHttpError(plugin,error)}}const update=()=>updateIntegration.call(this,context,id,prepared,...rest);
return prepared===integration?update():storeOrMarkUnstored(config?.oauth,update)}))}function patchRowMethods(rows,onUse){
replaceMethod(rows,"getConfig",getConfig=>function getConfigOfRow(...args){const config=getConfig.apply(this,args);const creation=wrapperCreations.
getStore();if(creation?.row===this)creation.config=config;return config});replaceMethod(rows,"getIntegrationWrapper",getIntegrationWrapper=>(function getWrapperOfRow(...args){
onUse(this.constructor);const make=()=>getIntegrationWrapper.apply(this,args);return wrapperCreations.getStore()?.row===
this?make():wrapperCreations.run({row:this},make)}))}function withHttpErrors(plugin){const{wrapper,manifest}=plugin.default;
const responding=class extends wrapper{};for(const name of manifest.expose){replaceMethod(responding.prototype,name,method=>async function exposed(...args){
try{return await method.apply(this,args)}catch(error){throw toHttpError(plugin,error)}})}return responding}function withRowServices(plugin,wrapper){
return class extends wrapper{constructor(config,services,...rest){super(config,rowServices(plugin,config,services,wrapperCreations.
getStore()),...rest)}async exchangeToken(payload,...rest){return plugin.takeExchange(payload)??super.exchangeToken(payload,
...rest)}}}function rowServices(plugin,config,services,creation){if(!creation||!services)return services;const{row,config:rowConfig}=creation;
const{id,title,fk_workspace_id}=row;const ownServices={...services,logger:services.logger??logger};if(hasOtherTokens(rowConfig,
config)){const isResolved=rowConfig&&plugin.vaultReferenceMembers(rowConfig).length>0;const saveConfig=isResolved?void 0:
services.saveConfig;return{...ownServices,saveConfig,isComposed:true,title:logTitle(title,config)}}const model=row.constructor;
const loadConfig=async()=>{const stored=await model.get({workspace_id:fk_workspace_id},id);return stored?.getConfig()};return{
...ownServices,id,title,loadConfig}}var hasOtherTokens=(rowConfig,config)=>["oauth_token","refresh_token","token"].some(
name=>rowConfig?.[name]!==config?.[name]&&typeof(rowConfig?.[name]??"")==="string");function logTitle(title,config){const{
nickname}=config?.account??{};return title&&typeof nickname==="string"?`${title}, ${nickname}`:title}var LIST_PROPERTY="availableIntegrations";var isIntegrationModel=(target,value)=>Array.isArray(value)&&typeof target==="\
function"&&["get","createIntegration","updateIntegration"].every(name=>typeof Reflect.get(target,name)==="function");function watchList(model){
const{get,set,value}=Object.getOwnPropertyDescriptor(model,LIST_PROPERTY);if(get&&set)return{get,set};const lists=new WeakMap(
[[model,value]]);return{get(){let owner=this;while(owner&&!lists.has(owner))owner=Object.getPrototypeOf(owner);return owner?
lists.get(owner):void 0},set(list){lists.set(this,list)}}}var hasManifestLookup=model=>typeof Reflect.get(model,"getMani\
festForConfig")==="function";var Registry=class{#models=new Set;#baseModel;#listener;#lists;#plugin;#entries=[];#offersAuth=false;#announcedType;constructor(model,listener){
this.#baseModel=model;this.#listener=listener;this.#lists=watchList(model);this.#models.add(model);const registry=this;const{
get,set}=this.#lists;Object.defineProperty(model,LIST_PROPERTY,{configurable:true,enumerable:true,get(){registry.#guard(
()=>registry.#noteModel(this));return get.call(this)},set(list){set.call(this,list);registry.#guard(()=>{registry.#noteModel(
this);if(registry.#plugin)registry.#addEntries(this)})}})}#guard(action){try{action()}catch(error){this.#listener.failed(
error)}}add(plugin){const wrapper=createWrapperClass(plugin);this.#plugin=plugin;this.#entries=INTEGRATION_TYPES.map(type=>this.#createEntry(
plugin,type,wrapper));for(const model of this.#models)this.#wrap(model,plugin);for(const model of this.#models)this.#guard(
()=>this.#addEntries(model))}#createEntry(plugin,type,wrapper){const registry=this;return{...plugin.default,type,wrapper,
manifest:{...plugin.default.manifest,get hidden(){return registry.#offeredType()!==type}}}}#offeredType(){this.#offersAuth||=
[...this.#models].some(model=>hasManifestLookup(model)||this.#listOf(model).some(entry=>entry?.type==="auth"&&!this.#entries.
includes(entry)));return this.#offersAuth?"auth":"development"}#listOf(model){const list=this.#lists.get.call(model);return Array.
isArray(list)?list:[]}#noteModel(receiver){for(let model=receiver;this.#isUnknown(model);model=Object.getPrototypeOf(model)){
this.#models.add(model);if(this.#plugin)this.#wrap(model,this.#plugin);if(this.#announcedType)this.#announce(this.#offeredType())}}#isUnknown(model){
return typeof model==="function"&&!this.#models.has(model)&&Object.prototype.isPrototypeOf.call(this.#baseModel,model)}#wrap(model,plugin){
patchModel(model,plugin,receiver=>this.#noteModel(receiver))}#addEntries(model){const list=this.#listOf(model);if(!Object.
isExtensible(list))throw new Error("its list of integrations cannot be changed.");const type=this.#offeredType();for(const entry of this.#entries){
const existing=list.findIndex(other=>other?.type===entry.type&&other.sub_type===entry.sub_type);if(existing===-1)list.push(
entry);else list[existing]=entry}this.#announce(type)}#announce(type){if(this.#plugin&&type!==this.#announcedType)this.#listener.
registered(this.#plugin,type);this.#announcedType=type}};var NAME="nocodb-bitbucket-auth";var LOADED=Symbol.for(`${NAME}/register`);var WAIT_S=60;var load=typeof require==="func\
tion"?()=>[(init_plugin(),__toCommonJS(plugin_exports)),(init_callback_page(),__toCommonJS(callback_page_exports))]:()=>Promise.
all([Promise.resolve().then(()=>(init_plugin(),plugin_exports)),Promise.resolve().then(()=>(init_callback_page(),callback_page_exports))]);
var log={registered({default:{manifest}},type){console.log(`[${NAME}] Version ${manifest.version}: Bitbucket is register\
ed as an integration of type "${type}".`)},failed({message}){console.error(`[${NAME}] NocoDB runs without Bitbucket: ${message}`)}};
function register(model){try{const modules=load();const registry=new Registry(model,log);const use=([plugin,{serveCallbackPage:serveCallbackPage2}])=>{
registry.add(plugin);serveCallbackPage2()};if(modules instanceof Promise)modules.then(use).catch(log.failed);else use(modules)}catch(error){
log.failed(error)}}function awaitRegistry(){let waited=0;let assignment;const timer=setInterval(()=>{waited+=WAIT_S;if(!process.
getActiveResourcesInfo().includes("TCPServerWrap"))return;clearInterval(timer);const hint=assignment?.isDisplaced()?"Ano\
ther preload waits for the same registry. Load this preload last.":"If this process is NocoDB and has finished starting,\
 this version of NocoDB is not supported and offers no Bitbucket.";console.warn(`[${NAME}] No registry of integrations a\
ppeared within ${waited} s. ${hint}`)},WAIT_S*1e3);timer.unref();assignment=onPropertyAssigned(LIST_PROPERTY,(target,value)=>{
if(!isIntegrationModel(target,value))return false;clearInterval(timer);register(target);return true})}if(!Reflect.has(globalThis,
LOADED)){Object.defineProperty(globalThis,LOADED,{value:true});try{awaitRegistry()}catch{}}
