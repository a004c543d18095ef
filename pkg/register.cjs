var __create=Object.create;var __defProp=Object.defineProperty;var __getOwnPropDesc=Object.getOwnPropertyDescriptor;var __getOwnPropNames=Object.getOwnPropertyNames;var __getProtoOf=Object.getPrototypeOf;var __hasOwnProp=Object.prototype.hasOwnProperty;var __esm=(fn,res,err)=>function __init(){if(err)throw err[0];try{return fn&&(res=(0,fn[__getOwnPropNames(fn)[0]])(fn=0)),
res}catch(e){throw err=[e],e}};var __export=(target,all)=>{for(var name in all)__defProp(target,name,{get:all[name],enumerable:true})};var __copyProps=(to,from,except,desc)=>{
if(from&&typeof from==="object"||typeof from==="function"){for(let key of __getOwnPropNames(from))if(!__hasOwnProp.call(
to,key)&&key!==except)__defProp(to,key,{get:()=>from[key],enumerable:!(desc=__getOwnPropDesc(from,key))||desc.enumerable})}
return to};var __toESM=(mod,isNodeMode,target)=>(target=mod!=null?__create(__getProtoOf(mod)):{},__copyProps(isNodeMode||!mod||!mod.
__esModule?__defProp(target,"default",{value:mod,enumerable:true}):target,mod));var __toCommonJS=mod=>__copyProps(__defProp(
{},"__esModule",{value:true}),mod);function keyOf(payload){const{code,codeVerifier}=(0,import_oauth_payload.grantOf)(payload);if(typeof code!=="string")return void 0;
return(0,import_digest.digest)(JSON.stringify([code,String(codeVerifier)])).toString("base64url")}function remember(payload,tokens){
const key=keyOf(payload);if(key===void 0)return;if(outcomes.size>=MOST)outcomes.delete(outcomes.keys().next().value);const outcome={
tokens,isUnstored:false};outcomes.set(key,outcome);setTimeout(()=>{if(outcomes.get(key)===outcome)outcomes.delete(key)},
REMEMBERED_MS).unref()}function noteUnstored(payload){const outcome=outcomes.get(keyOf(payload)??"");if(outcome)outcome.
isUnstored=true}function recall(payload,{onlyUnstored=false}={}){const key=keyOf(payload)??"";const outcome=outcomes.get(
key);if(!outcome||onlyUnstored&&!outcome.isUnstored)return void 0;outcomes.delete(key);return outcome.tokens}var import_digest,
import_oauth_payload,REMEMBERED_MS,MOST,outcomes;var init_exchanged_codes=__esm({"js/nocodb/exchanged-codes.js"(){import_digest=
require("./shared.cjs");import_oauth_payload=require("./shared.cjs");REMEMBERED_MS=6e4;MOST=1e3;outcomes=new Map}});var plugin_exports={};
__export(plugin_exports,{BitbucketAuthError:()=>import_entry.BitbucketAuthError,default:()=>import_entry.default,
grantOf:()=>import_oauth_payload2.grantOf,hostStatus:()=>hostStatus,maskedCredential:()=>maskedCredential,maskedMembers:()=>import_masks.maskedMembers,
noteUnstored:()=>noteUnstored,recall:()=>recall,remember:()=>remember,takesCode:()=>takesCode,unexchanged:()=>unexchanged,
unmasked:()=>import_masks.unmasked,vaultReferences:()=>import_vault.vaultReferences});var import_arguments,import_core,import_error,
import_entry,import_masks,import_oauth_payload2,import_vault,hostStatus,takesCode,unexchanged,maskedCredential;var init_plugin=__esm(
{"js/nocodb/plugin.js"(){import_arguments=require("./shared.cjs");import_core=require("./shared.cjs");import_error=require("./shared.cjs");
import_entry=__toESM(require("./index.cjs"));init_exchanged_codes();import_masks=require("./shared.cjs");import_oauth_payload2=
require("./shared.cjs");import_vault=require("./shared.cjs");hostStatus=({code,status})=>(0,import_error.judge)(hostStatus,
()=>(0,import_core.core)().hostStatus(code,status));takesCode=type=>(0,import_core.core)().takesCode((0,import_arguments.stringOf)(
type)??"");unexchanged=()=>(0,import_core.failure)("RECONNECT_REQUIRED","exchange",{ending:"unexchanged"});maskedCredential=
field=>new import_error.BitbucketAuthError((0,import_core.core)().maskedCredential(field),{},maskedCredential)}});var page,policy;var init_callback_html=__esm({"pkg/callback.html.js"(){page=`<!doctype html>
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
function serveCallbackPage(env=process.env){if(isServed)return;isServed=true;const environment=(0,import_environment.lazyEnvironment)(
env);const shownAt=target=>environment().callbackPage?.shownAt(target);for(const{prototype}of SERVERS)answerFirst(prototype,
(request,response)=>answer(shownAt,request,response))}function answerFirst(prototype,isAnswered){const{emit}=prototype;const emitUnlessAnswered=function(event){
const args=arguments;if(event==="request"&&isAnswered(args[1],args[2]))return true;return emit.apply(this,args)};Object.
defineProperty(prototype,"emit",{value:emitUnlessAnswered,writable:true,configurable:true})}function answer(shownAt,request,response){
try{const{method,url}=request;const shown=method==="GET"&&url?.includes("?")?shownAt(url):void 0;if(!shown)return false;
const{headers,body}=pageFor(shown);response.writeHead(200,headers).end(body);return true}catch{return false}}function pageFor({
refusal}){return refusal?{headers:{...HEADERS,...CUT_OFF},body:pageOf(refusal)}:{headers:HEADERS,body:page}}function pageOf({
heading,text}){const main=`<main>
<h1>${heading}</h1>
<p>${text}</p>
<button type="button">Close this window</button>
</main>`;return page.replace(/<main>[^]*<\/main>/,()=>main)}var import_node_http,import_node_https,import_environment,HEADERS,
CUT_OFF,SERVERS,isServed;var init_callback_page=__esm({"js/nocodb/callback-page.js"(){import_node_http=require("node:http");
import_node_https=require("node:https");init_callback_html();import_environment=require("./shared.cjs");HEADERS={"Conten\
t-Type":"text/html; charset=utf-8","Content-Security-Policy":policy,"Cache-Control":"no-store","Referrer-Policy":"no-ref\
errer","X-Content-Type-Options":"nosniff"};CUT_OFF={"Cross-Origin-Opener-Policy":"same-origin"};SERVERS=[import_node_http.Server,
import_node_https.Server];isServed=false}});function awaitAssignment(property,seen){const installed=()=>Object.getOwnPropertyDescriptor(Function.prototype,property);
let isWaiting=true;let other=installed();const ours={configurable:true,enumerable:false,get(){return other?.get?.call(this)},
set(value){if(other?.set)other.set.call(this,value);else Reflect.defineProperty(this,property,{value,writable:true,enumerable:true,
configurable:true});if(!installed())other=void 0;if(isWaiting)isWaiting=!seen(this,value);install()}};function install(){
const there=installed();if(there&&there.set!==ours.set)return;const needed=isWaiting?ours:other;if(needed)Object.defineProperty(
Function.prototype,property,needed);else Reflect.deleteProperty(Function.prototype,property)}Object.defineProperty(Function.
prototype,property,ours);return{isDisplaced:()=>isWaiting&&installed()?.set!==ours.set}}var import_node_async_hooks=require("node:async_hooks");var Refusal=class extends Error{#status;constructor(cause,status){super(cause.message,{cause});this.name=cause.name;this.#status=
status}getStatus(){return this.#status}getResponse(){return{msg:this.message}}};async function asOwnOf(refusal,provoke){
try{await provoke()}catch(thrown){if(isOwn(thrown)){const error=likeness(thrown,refusal);if(isReadable(error))return error}}
return refusal}var isStatus=value=>Number.isInteger(value)&&Number(value)>=400&&Number(value)<=599;var isOwn=thrown=>thrown instanceof
Error&&Object.getPrototypeOf(thrown)!==Error.prototype&&Object.values(thrown).some(isStatus);function likeness(thrown,refusal){
const{code}=refusal.cause;const wordFor=(name,member)=>{if(typeof member!=="string")return void 0;if(name==="name")return member;
return member===thrown.message?refusal.message:code};const error=new Error(refusal.message,{cause:refusal.cause});Object.
setPrototypeOf(error,Object.getPrototypeOf(thrown));for(const[name,member]of Object.entries(thrown)){const value=isStatus(
member)?refusal.getStatus():wordFor(name,member);if(value!==void 0)Object.defineProperty(error,name,{value,writable:true,
enumerable:true,configurable:true})}return error}function isReadable(error){try{for(let from=error;from!==Error.prototype;from=
Object.getPrototypeOf(from)){for(const name of Object.getOwnPropertyNames(from)){const member=error[name];if(typeof member===
"function"&&member.length===0&&/^(get[A-Z]|to(JSON|String)$)/.test(name))error[name]()}}return true}catch{return false}}var isObject=value=>typeof value==="object"&&value!==null&&!Array.isArray(value);function parseConfig(config){let parsed=config;
if(typeof config==="string"){try{parsed=JSON.parse(config)}catch{return void 0}}return isObject(parsed)?parsed:void 0}var isUnfinished=({
maskedMembers:maskedMembers2},config)=>config!==void 0&&("oauth"in config||maskedMembers2(config).length>0);async function finished(plugin,config,stored,{
isNew,exchange}){const{oauth,...given}=config;const takesCode2=plugin.takesCode(given.type);const isLogin=Boolean(oauth)&&
takesCode2&&!isSameCode(plugin,oauth,stored?.oauth);const rest=unmasked(plugin,isLogin?withoutTokens(given):given,isNew?
void 0:stored);if(!oauth)return rest;if(isLogin){const tokens=plugin.recall(oauth,{onlyUnstored:true})??await exchange(oauth,
rest);plugin.remember(oauth,tokens);return{...rest,...tokens}}if(takesCode2&&!rest.oauth_token&&!rest.refresh_token)throw plugin.
unexchanged();plugin.remember(oauth,{});return rest}function unmasked(plugin,config,stored){const[masked]=plugin.maskedMembers(
config);if(masked!==void 0&&!stored)throw plugin.maskedCredential(`config.${masked}`);return plugin.unmasked(config,stored)}
function withoutTokens({oauth_token,refresh_token,expires_at,expires_in,refreshed_at,scopes,authorized_at,account,...kept}){
return kept}function isSameCode({grantOf:grantOf3},payload,former){const{code}=grantOf3(payload);return typeof code==="s\
tring"&&code===grantOf3(former).code}var TYPES=["auth","development"];var makings=new import_node_async_hooks.AsyncLocalStorage;var replacements=new WeakSet;
function wrapModel(model,plugin,use){finishBeforeStoring(model,plugin,use);watchRows(model.prototype,use)}var wrapperOf=plugin=>readingRow(
plugin,answeringInWords(plugin));function replace(target,name,wrap){const method=target?.[name];if(typeof method!=="func\
tion"||replacements.has(method))return;const value=wrap(method);replacements.add(value);Reflect.defineProperty(target,name,
{value,writable:true,configurable:true,enumerable:false})}var NO_ROW="nocodb-bitbucket-auth";var inWords=({BitbucketAuthError:BitbucketAuthError3,
hostStatus:hostStatus2},error)=>error instanceof BitbucketAuthError3?new Refusal(error,hostStatus2(error)):error;var isInTransaction=rest=>rest.
some(meta=>meta?.knexConnection?.isTransaction===true);var withConfig=(integration,config)=>({...integration,config:typeof integration.
config==="string"?JSON.stringify(config):config});var logger=line=>(line.startsWith("INFO ")?console.log:console.warn)(`\
[nocodb-bitbucket-auth] ${line}`);function configOf(row){try{return parseConfig(row?.getConfig?.())}catch{return void 0}}
function finishBeforeStoring(model,plugin,use){const isOurs=integration=>TYPES.includes(integration?.type??"")&&integration?.
sub_type===plugin.default.sub_type;async function finish(integration,config,stored,{isNew,rest}){const exchange=(payload,kept)=>new plugin.
default.wrapper(kept,{logger,title:integration.title??stored?.title}).exchangeToken(payload,kept,{isInTransaction:isInTransaction(
rest)});const former=isOurs(stored)?configOf(stored):void 0;return withConfig(integration,await finished(plugin,config,former,
{isNew,exchange}))}async function storing(payload,store){try{return await store()}catch(error){plugin.noteUnstored(payload);
throw error}}replace(model,"get",get=>function getRow(...args){use(this);return get.apply(this,args)});replace(model,"cr\
eateIntegration",createIntegration=>(async function createFinished(integration,...rest){use(this);let changed=integration;
const config=parseConfig(integration?.config);if(isOurs(integration)&&isUnfinished(plugin,config)){const{id,fk_workspace_id:workspace=integration.
workspaceId}=integration;const context={workspace_id:workspace};try{const copied=id?await model.get(context,id,false,...rest):
void 0;changed=await finish(integration,config,copied,{isNew:true,rest})}catch(error){const refusal=inWords(plugin,error);
throw refusal instanceof Refusal&&rest.some(Boolean)?await asOwnOf(refusal,()=>model.updateIntegration(context,NO_ROW,{title:NO_ROW},
...rest)):refusal}}const create=()=>createIntegration.call(this,changed,...rest);return changed===integration?create():storing(
config?.oauth,create)}));replace(model,"updateIntegration",updateIntegration=>(async function updateFinished(context,id,integration,...rest){
use(this);let changed=integration;const config=parseConfig(integration?.config);if(isUnfinished(plugin,config)){const stored=await model.
get(context,id,false,...rest);const{type,sub_type}=integration;const updated={type:type||stored?.type,sub_type:sub_type||
stored?.sub_type};try{if(isOurs(stored)||isOurs(updated)){changed=await finish(integration,config,stored,{isNew:false,rest})}}catch(error){
throw inWords(plugin,error)}}const update=()=>updateIntegration.call(this,context,id,changed,...rest);return changed===integration?
update():storing(config?.oauth,update)}))}function watchRows(rows,use){replace(rows,"getConfig",getConfig=>function getConfigOfRow(...args){
const config=getConfig.apply(this,args);const making=makings.getStore();if(making?.row===this)making.config=config;return config});
replace(rows,"getIntegrationWrapper",getIntegrationWrapper=>(function getWrapperOfRow(...args){use(this.constructor);const make=()=>getIntegrationWrapper.
apply(this,args);return makings.getStore()?.row===this?make():makings.run({row:this},make)}))}function answeringInWords(plugin){
const{wrapper,manifest}=plugin.default;const answering=class extends wrapper{};for(const name of manifest.expose){replace(
answering.prototype,name,method=>async function exposed(...args){try{return await method.apply(this,args)}catch(error){throw inWords(
plugin,error)}})}return answering}function readingRow(plugin,wrapper){return class extends wrapper{constructor(config,services,...rest){
super(config,withRow(plugin,config,services,makings.getStore()),...rest)}async exchangeToken(payload,...rest){return plugin.
recall(payload)??super.exchangeToken(payload,...rest)}}}function withRow(plugin,config,services,making){if(!making||!services)
return services;const{row,config:own}=making;const{id,title,fk_workspace_id}=row;const told={...services,logger:services.
logger??logger};if(hasOtherTokens(own,config)){const isResolved=own&&plugin.vaultReferences(own).length>0;const saveConfig=isResolved?
void 0:services.saveConfig;return{...told,saveConfig,isComposed:true,title:titleOf(title,config)}}const host=row.constructor;
const loadConfig=async()=>{const stored=await host.get({workspace_id:fk_workspace_id},id);return stored?.getConfig()};return{
...told,id,title,loadConfig}}var hasOtherTokens=(own,config)=>["oauth_token","refresh_token","token"].some(name=>own?.[name]!==
config?.[name]&&typeof(own?.[name]??"")==="string");function titleOf(title,config){const{nickname}=config?.account??{};return title&&
typeof nickname==="string"?`${title}, ${nickname}`:title}var PROPERTY="availableIntegrations";var isHost=(target,value)=>Array.isArray(value)&&typeof target==="function"&&["get",
"createIntegration","updateIntegration"].every(name=>typeof Reflect.get(target,name)==="function");function listsOf(host){
const{get,set,value}=Object.getOwnPropertyDescriptor(host,PROPERTY);if(get&&set)return{get,set};const lists=new WeakMap(
[[host,value]]);return{get(){let holder=this;while(holder&&!lists.has(holder))holder=Object.getPrototypeOf(holder);return holder?
lists.get(holder):void 0},set(list){lists.set(this,list)}}}var isNewer=model=>typeof Reflect.get(model,"getManifestForCo\
nfig")==="function";var Registry=class{#models=new Set;#host;#listener;#lists;#plugin;#entries=[];#offersAuth=false;#told;constructor(host,listener){
this.#host=host;this.#listener=listener;this.#lists=listsOf(host);this.#models.add(host);const registry=this;const{get,set}=this.#lists;
Object.defineProperty(host,PROPERTY,{configurable:true,enumerable:true,get(){registry.#try(()=>registry.#use(this));return get.
call(this)},set(list){set.call(this,list);registry.#try(()=>{registry.#use(this);if(registry.#plugin)registry.#fill(this)})}})}#try(action){
try{action()}catch(error){this.#listener.failed(error)}}add(plugin){const wrapper=wrapperOf(plugin);this.#plugin=plugin;
this.#entries=TYPES.map(type=>this.#entry(plugin,type,wrapper));for(const model of this.#models)this.#wrap(model,plugin);
for(const model of this.#models)this.#try(()=>this.#fill(model))}#entry(plugin,type,wrapper){const registry=this;return{
...plugin.default,type,wrapper,manifest:{...plugin.default.manifest,get hidden(){return registry.#offered()!==type}}}}#offered(){
this.#offersAuth||=[...this.#models].some(model=>isNewer(model)||this.#listOf(model).some(entry=>entry?.type==="auth"&&!this.#entries.
includes(entry)));return this.#offersAuth?"auth":"development"}#listOf(model){const list=this.#lists.get.call(model);return Array.
isArray(list)?list:[]}#use(receiver){for(let model=receiver;this.#isUnknown(model);model=Object.getPrototypeOf(model)){this.#models.
add(model);if(this.#plugin)this.#wrap(model,this.#plugin);if(this.#told)this.#tell(this.#offered())}}#isUnknown(model){return typeof model===
"function"&&!this.#models.has(model)&&Object.prototype.isPrototypeOf.call(this.#host,model)}#wrap(model,plugin){wrapModel(
model,plugin,receiver=>this.#use(receiver))}#fill(model){const list=this.#listOf(model);if(!Object.isExtensible(list))throw new Error(
"its list of integrations cannot be changed.");const type=this.#offered();for(const entry of this.#entries){const existing=list.
findIndex(other=>other?.type===entry.type&&other.sub_type===entry.sub_type);if(existing===-1)list.push(entry);else list[existing]=
entry}this.#tell(type)}#tell(type){if(this.#plugin&&type!==this.#told)this.#listener.registered(this.#plugin,type);this.#told=
type}};var NAME="nocodb-bitbucket-auth";var LOADED=Symbol.for(`${NAME}/register`);var PATIENCE_S=60;var load=typeof require==="\
function"?()=>[(init_plugin(),__toCommonJS(plugin_exports)),(init_callback_page(),__toCommonJS(callback_page_exports))]:
()=>Promise.all([Promise.resolve().then(()=>(init_plugin(),plugin_exports)),Promise.resolve().then(()=>(init_callback_page(),callback_page_exports))]);
var log={registered({default:{manifest}},type){console.log(`[${NAME}] Version ${manifest.version}: Bitbucket is register\
ed as an integration of type "${type}".`)},failed({message}){console.error(`[${NAME}] NocoDB runs without Bitbucket: ${message}`)}};
function register(host){try{const modules=load();const registry=new Registry(host,log);const use=([plugin,{serveCallbackPage:serveCallbackPage2}])=>{
registry.add(plugin);serveCallbackPage2()};if(modules instanceof Promise)modules.then(use).catch(log.failed);else use(modules)}catch(error){
log.failed(error)}}function awaitRegistry(){let waited=0;let assignment;const timer=setInterval(()=>{waited+=PATIENCE_S;
if(!process.getActiveResourcesInfo().includes("TCPServerWrap"))return;clearInterval(timer);const hint=assignment?.isDisplaced()?
"Another preload waits for it in the same way: name this one last.":"If this process is NocoDB, and not still starting, \
this version of it is not supported and offers no Bitbucket.";console.warn(`[${NAME}] No registry of integrations appear\
ed within ${waited} s. ${hint}`)},PATIENCE_S*1e3);timer.unref();assignment=awaitAssignment(PROPERTY,(target,value)=>{if(!isHost(
target,value))return false;clearInterval(timer);register(target);return true})}if(!Reflect.has(globalThis,LOADED)){Object.
defineProperty(globalThis,LOADED,{value:true});try{awaitRegistry()}catch{}}
