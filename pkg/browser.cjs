var __defProp=Object.defineProperty;var __getOwnPropDesc=Object.getOwnPropertyDescriptor;var __getOwnPropNames=Object.getOwnPropertyNames;var __hasOwnProp=Object.prototype.hasOwnProperty;var __export=(target,all)=>{for(var name in all)__defProp(target,name,{get:all[name],enumerable:true})};var __copyProps=(to,from,except,desc)=>{
if(from&&typeof from==="object"||typeof from==="function"){for(let key of __getOwnPropNames(from))if(!__hasOwnProp.call(
to,key)&&key!==except)__defProp(to,key,{get:()=>from[key],enumerable:!(desc=__getOwnPropDesc(from,key))||desc.enumerable})}
return to};var __toCommonJS=mod=>__copyProps(__defProp({},"__esModule",{value:true}),mod);var browser_exports={};
__export(browser_exports,{authorizeInPopup:()=>authorizeInPopup,beginRedirect:()=>beginRedirect,completeRedirect:()=>completeRedirect});
module.exports=__toCommonJS(browser_exports);var import_core_wasm=require("./inlined/core.wasm.js");var import_arguments=require("./shared.cjs");
var import_core=require("./shared.cjs");var import_error=require("./shared.cjs");var NAME="nocodb-bitbucket-auth";var PENDING=`${NAME}\
:pending:`;var POPUP=`${NAME}:popup`;var POPUP_SIZE={width:600,height:760};var LOOK_MS=100;var BACK_FROM_OPEN_POPUP_MS=3e3;
var BACK_FROM_SEVERED_POPUP_MS=6e4;async function authorizeInPopup(options){const{signal,timeoutMs,window:page=window}=options??
{};const popup=signal?.aborted?void 0:new Popup(page);try{await(0,import_core.init)();const client=pageClient(authorizeInPopup,
options,page);const waitMs=(0,import_error.judge)(authorizeInPopup,()=>(0,import_core.core)().waitingTime(timeoutMs));if(!popup||
signal?.aborted)throw(0,import_core.failure)("REQUEST_ABORTED","authorize");if(popup.isBlocked)throw(0,import_core.failure)(
"POPUP_BLOCKED","authorize");const request=(0,import_error.judge)(authorizeInPopup,()=>client.createAuthorizationRequest(
void 0));popup.show(request.url);const address=await popup.callback(client,waitMs,signal);if(address===null)return null;
const code=(0,import_error.judge)(authorizeInPopup,()=>client.validateInPage(address,request.state));return code===void 0?
null:{code,code_verifier:request.codeVerifier}}finally{popup?.close()}}var Popup=class{#page;#window;#id;#channel;constructor(page){
this.#page=page;this.#id=randomId(page);const storage=sessionStorageOf(page);storage?.setItem(POPUP,this.#id);this.#window=
page.open("","_blank",features(page));storage?.removeItem(POPUP);this.#channel=new page.BroadcastChannel(NAME)}get isBlocked(){
return this.#window===null}show(address){if(!this.#window?.closed)this.#window?.location.replace(address)}async callback(client,waitMs,signal){
const page=this.#page;const undo=[];try{return await new Promise((resolve,reject)=>{const hear=({origin,data})=>{if(origin===
page.location.origin&&data?.popup===this.#id&&typeof data.address==="string"){resolve(data.address)}};const stop=()=>reject(
(0,import_core.failure)("REQUEST_ABORTED","authorize"));const look=this.#looking(client,resolve);this.#channel.addEventListener(
"message",hear);page.addEventListener("message",hear);signal?.addEventListener("abort",stop);const interval=page.setInterval(
look,LOOK_MS);const timer=page.setTimeout(()=>reject((0,import_core.failure)("AUTHORIZATION_TIMEOUT","authorize")),waitMs);
undo.push(()=>this.#channel.removeEventListener("message",hear),()=>page.removeEventListener("message",hear),()=>signal?.
removeEventListener("abort",stop),()=>page.clearInterval(interval),()=>page.clearTimeout(timer))})}finally{undo.forEach(
step=>step())}}#looking(client,found){let wasForeign=false;let backSince;return()=>{const address=this.#address;if(address!==
void 0&&client.isCallback(address))return found(address);if(!this.#window?.closed){wasForeign||=address===void 0;return void 0}
if(address!==void 0)return found(null);if(!this.#page.document.hasFocus())backSince=void 0;else backSince??=Date.now();const enough=wasForeign?
BACK_FROM_OPEN_POPUP_MS:BACK_FROM_SEVERED_POPUP_MS;if(backSince!==void 0&&Date.now()-backSince>=enough)found(null);return void 0}}get#address(){
try{return this.#window?.location.href}catch{return void 0}}close(){this.#window?.close();this.#channel.postMessage({popup:this.#id,
taken:true});this.#channel.close()}};async function beginRedirect(options){const{window:page=window}=options??{};await(0,import_core.init)();
const client=pageClient(beginRedirect,options,page);const storage=sessionStorageOf(page);if(!storage)throw(0,import_core.failure)(
"INVALID_CONFIG","authorize",{field:"sessionStorage"});const{url,state,codeVerifier}=(0,import_error.judge)(beginRedirect,
()=>client.createAuthorizationRequest(void 0));const{clientId,redirectUri,scopes,authorizeUrl,tokenUrl,apiUrl}=client;storage.
removeItem(POPUP);const now=Date.now();for(const key of pendingKeys(storage)){if((0,import_core.core)().isPendingOver(Number(
read(storage,key)?.startedAt),now))storage.removeItem(key)}storage.setItem(PENDING+state,JSON.stringify({clientId,redirectUri,
scopes,endpoints:{authorizeUrl,tokenUrl,apiUrl},state,codeVerifier,startedAt:now}));page.location.assign(url)}var completing=new WeakMap;
function completeRedirect(options={}){const page=options?.window??window;const underWay=completing.get(page)??complete(options,
page).finally(()=>completing.delete(page));completing.set(page,underWay);return underWay}async function complete(options,page){
const address=page.location.href;await(0,import_core.init)();(0,import_error.judge)(completeRedirect,()=>(0,import_core.core)().
refuseSecret(options));(0,import_arguments.membersOf)(completeRedirect,"pageOptions",options);const storage=sessionStorageOf(
page);if(storage?.getItem(POPUP))return null;const keys=storage?pendingKeys(storage):[];const state=(0,import_core.core)().
responseState(address,keys.length>0);if(state===void 0)return null;const pending=storage&&read(storage,PENDING+state);for(const key of pending?
[PENDING+state]:keys)storage?.removeItem(key);page.history.replaceState(page.history.state,"",(0,import_core.core)().withoutResponse(
page.location.href));const code=(0,import_error.judge)(completeRedirect,()=>(0,import_core.core)().completeRedirect(address,
pending,page.location.origin,Date.now()));return code===void 0||!pending?null:{code,code_verifier:pending.codeVerifier}}
function pageClient(caller,options,page){const{endpoints}=(0,import_arguments.membersOf)(caller,"pageOptions",options);(0,import_arguments.membersOf)(
caller,"endpoints",endpoints);return(0,import_error.judge)(caller,()=>(0,import_core.core)().pageClient(options,page.location.
origin))}function read(storage,key){try{return JSON.parse(storage.getItem(key)??"")??void 0}catch{return void 0}}function pendingKeys(storage){
return Object.keys(storage).filter(key=>key.startsWith(PENDING))}function sessionStorageOf(page){try{return page.sessionStorage}catch{
return void 0}}function randomId(page){const bytes=page.crypto.getRandomValues(new Uint8Array(16));return Array.from(bytes,
byte=>byte.toString(16).padStart(2,"0")).join("")}function features({screenX,screenY,outerWidth,outerHeight}){const{width,
height}=POPUP_SIZE;const left=Math.round(screenX+(outerWidth-width)/2);const top=Math.round(screenY+(outerHeight-height)/
2);return`popup,width=${width},height=${height},left=${left},top=${top}`}
