var __defProp=Object.defineProperty;var __getOwnPropDesc=Object.getOwnPropertyDescriptor;var __getOwnPropNames=Object.getOwnPropertyNames;var __hasOwnProp=Object.prototype.hasOwnProperty;var __export=(target,all)=>{for(var name in all)__defProp(target,name,{get:all[name],enumerable:true})};var __copyProps=(to,from,except,desc)=>{
if(from&&typeof from==="object"||typeof from==="function"){for(let key of __getOwnPropNames(from))if(!__hasOwnProp.call(
to,key)&&key!==except)__defProp(to,key,{get:()=>from[key],enumerable:!(desc=__getOwnPropDesc(from,key))||desc.enumerable})}
return to};var __toCommonJS=mod=>__copyProps(__defProp({},"__esModule",{value:true}),mod);var browser_exports={};
__export(browser_exports,{authorizeInPopup:()=>authorizeInPopup,beginRedirect:()=>beginRedirect,completeRedirect:()=>completeRedirect});
module.exports=__toCommonJS(browser_exports);var import_core_wasm=require("./inlined/core.wasm.js");var import_core2=require("./shared.cjs");var import_error2=require("./shared.cjs");var import_arguments=require("./shared.cjs");var import_core=require("./shared.cjs");var import_error=require("./shared.cjs");
var NAME="nocodb-bitbucket-auth";var POPUP=`${NAME}:popup`;function windowOf(options){const page=options?.window??globalThis.
window;return typeof page?.origin==="string"?page:void 0}async function pageOf(options,caller){const page=windowOf(options);
await(0,import_core.init)();return page??(0,import_error.judge)(caller,()=>(0,import_core.core)().refusePage("window"))}
function pageClient(caller,options,page){const{endpoints}=(0,import_arguments.membersOf)(caller,"pageOptions",options);(0,import_arguments.membersOf)(
caller,"endpoints",endpoints);return(0,import_error.judge)(caller,()=>(0,import_core.core)().pageClient(options,page.origin))}
function sessionStorageOf(page){try{return page.sessionStorage}catch{return void 0}}function remember(storage,key,value){
try{storage?.setItem(key,value)}catch{return false}return storage!==void 0}var POPUP_SIZE={width:600,height:760};var LOOK_MS=100;var FAREWELL_MS=1e4;var PATIENCE_MS=6e4;var NO_ADDRESSES=["","abou\
t:blank"];async function authorizeInPopup(options){const{signal,timeoutMs,onLateGrant}=options??{};const opener=windowOf(
options);let popup=signal?.aborted||!opener?.BroadcastChannel?void 0:new Popup(opener);try{const page=await pageOf(options,
authorizeInPopup);const client=pageClient(authorizeInPopup,options,page);const waitMs=(0,import_error2.judge)(authorizeInPopup,
()=>(0,import_core2.core)().waitingTime(timeoutMs));if(signal?.aborted)throw(0,import_core2.failure)("REQUEST_ABORTED","\
authorize");if(!popup)return(0,import_error2.judge)(authorizeInPopup,()=>(0,import_core2.core)().refusePage("BroadcastCh\
annel"));if(popup.isBlocked)throw(0,import_core2.failure)("POPUP_BLOCKED","authorize");const request=(0,import_error2.judge)(
authorizeInPopup,()=>client.createAuthorizationRequest(void 0));popup.show(request.url);const grantOf=address2=>{const code=(0,import_error2.judge)(
authorizeInPopup,()=>client.validateInPage(address2,request.state));return code===void 0?null:{code,code_verifier:request.
codeVerifier}};const until=Date.now()+waitMs;const address=await popup.callback(client,waitMs,signal);if(address!==null)
return grantOf(address);void takeLate(popup,until-Date.now(),signal,grantOf).then(grant=>grant&&onLateGrant?.(grant));popup=
void 0;return null}finally{popup?.close()}}async function takeLate(popup,waitMs,signal,grantOf){try{return grantOf(await popup.
lateCallback(waitMs,signal))}catch{return null}finally{popup.close()}}var Popup=class{#page;#window;#id;#channel;#standIn;constructor(page){
this.#page=page;this.#id=randomId(page);this.#channel=new page.BroadcastChannel(NAME);const storage=sessionStorageOf(page);
remember(storage,POPUP,this.#id);const name=randomId(page);this.#window=open(page,name);storage?.removeItem(POPUP);this.#standIn=
this.#window&&!this.#window.closed?putStandIn(page,this.#window,name):void 0}get isBlocked(){return!this.#window||this.#window.
closed}show(address){this.#window?.location.replace(address)}callback(client,waitMs,signal){let backSince;return this.#wait(
waitMs,signal,found=>{const address=this.#address;if(address!==void 0&&client.isCallback(address))return found(address);
if(!this.#window?.closed||!this.#page.document.hasFocus())backSince=void 0;else backSince??=Date.now();if(backSince!==void 0&&
Date.now()-backSince>=PATIENCE_MS)found(null);return void 0})}lateCallback(waitMs,signal){return this.#wait(waitMs,signal)}async#wait(waitMs,signal,look){
const page=this.#page;const undo=[];try{return await new Promise((resolve,reject)=>{const hear=({origin,data})=>{if(origin===
page.origin&&data?.popup===this.#id&&typeof data.address==="string"){resolve(data.address)}};const stop=()=>reject((0,import_core2.failure)(
"REQUEST_ABORTED","authorize"));const standIn=this.#standIn?.contentWindow;this.#channel.addEventListener("message",hear);
standIn?.addEventListener("message",hear);signal?.addEventListener("abort",stop);const interval=look&&page.setInterval(()=>look(
resolve),LOOK_MS);const timer=page.setTimeout(()=>reject((0,import_core2.failure)("AUTHORIZATION_TIMEOUT","authorize")),
waitMs);undo.push(()=>this.#channel.removeEventListener("message",hear),()=>standIn?.removeEventListener("message",hear),
()=>signal?.removeEventListener("abort",stop),()=>page.clearInterval(interval),()=>page.clearTimeout(timer))})}finally{undo.
forEach(step=>step())}}get#address(){try{const address=this.#window?.location.href;return address===void 0||NO_ADDRESSES.
includes(address)?void 0:address}catch{return void 0}}close(){this.#window?.close();this.#standIn?.remove();const answer=()=>this.#channel.
postMessage({popup:this.#id,taken:true});this.#channel.addEventListener("message",({data})=>data?.popup===this.#id&&data.
taken!==true&&answer());answer();this.#page.setTimeout(()=>this.#channel.close(),FAREWELL_MS)}};function open(page,name){
const{width,height}=POPUP_SIZE;const left=Math.round(page.screenX+(page.outerWidth-width)/2);const top=Math.round(page.screenY+
(page.outerHeight-height)/2);try{return page.open("",name,`popup,width=${width},height=${height},left=${left},top=${top}`)}catch{
return void 0}}function putStandIn(page,popup,name){const frame=page.document.createElement("iframe");frame.hidden=true;
try{page.document.documentElement.append(frame);frame.contentWindow?.open("",name);if(popup.opener===frame.contentWindow){
frame.setAttribute("sandbox","");return frame}popup.opener=null}catch{}frame.remove();return void 0}function randomId(page){
const bytes=page.crypto.getRandomValues(new Uint8Array(16));return Array.from(bytes,byte=>byte.toString(16).padStart(2,"\
0")).join("")}var import_arguments2=require("./shared.cjs");var import_core3=require("./shared.cjs");var import_error3=require("./shared.cjs");var PENDING=`${NAME}:pending:`;async function beginRedirect(options){const page=await pageOf(options,beginRedirect);const client=pageClient(
beginRedirect,options,page);const storage=sessionStorageOf(page);if(!storage)return(0,import_error3.judge)(beginRedirect,
()=>(0,import_core3.core)().refusePage("sessionStorage"));const{url,state,codeVerifier}=(0,import_error3.judge)(beginRedirect,
()=>client.createAuthorizationRequest(void 0));const{clientId,redirectUri,scopes,authorizeUrl,tokenUrl,apiUrl}=client;storage.
removeItem(POPUP);const now=Date.now();for(const key of pendingKeys(storage)){if((0,import_core3.core)().isPendingOver(Number(
read(storage,key)?.startedAt),now))storage.removeItem(key)}const isKept=remember(storage,PENDING+state,JSON.stringify({clientId,
redirectUri,scopes,endpoints:{authorizeUrl,tokenUrl,apiUrl},state,codeVerifier,startedAt:now}));if(!isKept)return(0,import_error3.judge)(
beginRedirect,()=>(0,import_core3.core)().refusePage("sessionStorage"));page.location.assign(url)}var completing=new WeakMap;
function completeRedirect(options={}){const page=windowOf(options);const known=page&&completing.get(page);if(known)return known;
const underWay=complete(options);if(page){const forget=()=>completing.delete(page);completing.set(page,underWay);underWay.
then(forget,forget)}return underWay}async function complete(options){const address=windowOf(options)?.location.href??"";
const page=await pageOf(options,completeRedirect);(0,import_error3.judge)(completeRedirect,()=>(0,import_core3.core)().refuseSecret(
options));(0,import_arguments2.membersOf)(completeRedirect,"pageOptions",options);const storage=sessionStorageOf(page);if(storage?.
getItem(POPUP))return null;const keys=storage?pendingKeys(storage):[];const state=(0,import_core3.core)().responseState(
address,keys.length>0);if(state===void 0)return null;const pending=storage&&read(storage,PENDING+state);for(const key of pending?
[PENDING+state]:keys)storage?.removeItem(key);page.history.replaceState(page.history.state,"",(0,import_core3.core)().withoutResponse(
page.location.href));const code=(0,import_error3.judge)(completeRedirect,()=>(0,import_core3.core)().completeRedirect(address,
pending,page.origin,Date.now()));return code===void 0||!pending?null:{code,code_verifier:pending.codeVerifier}}function read(storage,key){
try{return JSON.parse(storage.getItem(key)??"")??void 0}catch{return void 0}}function pendingKeys(storage){return Object.
keys(storage).filter(key=>key.startsWith(PENDING))}
