var __create=Object.create;var __defProp=Object.defineProperty;var __getOwnPropDesc=Object.getOwnPropertyDescriptor;var __getOwnPropNames=Object.getOwnPropertyNames;var __getProtoOf=Object.getPrototypeOf;var __hasOwnProp=Object.prototype.hasOwnProperty;var __esm=(fn,res,err)=>function __init(){if(err)throw err[0];try{return fn&&(res=(0,fn[__getOwnPropNames(fn)[0]])(fn=0)),
res}catch(e){throw err=[e],e}};var __export=(target,all)=>{for(var name in all)__defProp(target,name,{get:all[name],enumerable:true})};var __copyProps=(to,from,except,desc)=>{
if(from&&typeof from==="object"||typeof from==="function"){for(let key of __getOwnPropNames(from))if(!__hasOwnProp.call(
to,key)&&key!==except)__defProp(to,key,{get:()=>from[key],enumerable:!(desc=__getOwnPropDesc(from,key))||desc.enumerable})}
return to};var __toESM=(mod,isNodeMode,target)=>(target=mod!=null?__create(__getProtoOf(mod)):{},__copyProps(isNodeMode||!mod||!mod.
__esModule?__defProp(target,"default",{value:mod,enumerable:true}):target,mod));var __toCommonJS=mod=>__copyProps(__defProp(
{},"__esModule",{value:true}),mod);function isBitbucketAxiosError(error){const{isAxiosError,bitbucket}=(0,import_arguments.objectOrEmpty)(error);return isAxiosError===
true&&bitbucket instanceof import_error.BitbucketAuthError}function toBitbucketAuthError(error){if(error instanceof import_error.BitbucketAuthError)
return error;const{bitbucket}=(0,import_arguments.objectOrEmpty)(error);return bitbucket instanceof import_error.BitbucketAuthError?
bitbucket:(0,import_core.failure)("API_FAILED","api")}var import_arguments,import_core,import_error;var init_axios_error=__esm(
{"js/api/axios-error.js"(){import_arguments=require("./shared.cjs");import_core=require("./shared.cjs");import_error=require("./shared.cjs")}});function logLine({level,event,text,durationMs},{title,name}={}){const shown=title===void 0?name:quote(title);return[`${level}\
 ${event}`,...shown===void 0?[]:[`connection ${shown}`],...durationMs===void 0?[]:[`${Math.round(durationMs)} ms`]].join(
", ").concat(`: ${text}`)}function warn(line){console.warn(`[nocodb-bitbucket-auth] ${line}`)}function quote(title){const characters=[
...title.replace(/[\p{C}\p{Z}]+/gu," ")];return JSON.stringify(characters.slice(0,MAX_TITLE_LENGTH).join(""))}var MAX_TITLE_LENGTH;
var init_log_lines=__esm({"js/log-lines.js"(){MAX_TITLE_LENGTH=100}});function onTimeout(ms,end,{isAwaited}={isAwaited:true}){let isStopped=false;const timer=setTimeout(()=>afterReading(()=>{
if(!isStopped)end()}),ms);if(!isAwaited)timer.unref();return()=>{isStopped=true;clearTimeout(timer)}}async function within(ms,work,options){
let stop=()=>{};const late=new Promise((_resolve,reject)=>{stop=onTimeout(ms,()=>reject(TIMEOUT),options)});try{return await Promise.
race([work,late])}finally{stop()}}function signalAfter(ms){const controller=new AbortController;onTimeout(ms,()=>controller.
abort(),{isAwaited:false});return controller.signal}function afterReading(act,iterations=100){setImmediate(()=>{if(iterations>
1)afterReading(act,iterations-1);else act()})}var TIMEOUT;var init_time_limit=__esm({"js/time-limit.js"(){TIMEOUT=Object.
assign(new Error("too late"),{code:"TIMEOUT"})}});function createTokens({accessToken,refreshToken,expiresAt,obtainedAt,scopes}){const tokens={refreshToken};if(accessToken!==
void 0)tokens.accessToken=accessToken;if(expiresAt!==void 0)tokens.expiresAt=expiresAt;if(obtainedAt!==void 0)tokens.obtainedAt=
obtainedAt;if(scopes!==void 0)tokens.scopes=scopes;return tokens}function nullTokenStore(){return{save:()=>"saved",log:()=>{},
savedGeneration:0,offeredGeneration:0}}function markSaved(store,generation){store.savedGeneration=generation;store.offeredGeneration=
generation}async function saveToStores(stores,tokens,generation,connection){const outdated=[...stores].filter(store=>!store.
connectionEnd&&store.savedGeneration!==generation);const saved=await Promise.all(groupByRow(outdated).map(async group=>{
const[first]=group;for(const store of group)store.offeredGeneration=generation;try{const outcome=await within(STORE_LIMIT_MS,
first.save(tokens,connection));if(outcome==="replaced"||outcome==="deleted"){detach(group,outcome,connection);return true}
if(outcome==="shared")logOnce(first,connection,SHARED);for(const store of group){if(store!==first)store.adopt?.(tokens);
store.savedGeneration=generation}return true}catch{return false}}));return saved.every(Boolean)}async function loadFromStores(stores,connection){
const attached=[...stores].filter(store=>!store.connectionEnd);const found=await Promise.all(groupByRow(attached).map(async group=>{
const[first]=group;const loaded2=await within(STORE_LIMIT_MS,first.load?.(connection)).catch(()=>void 0);if(typeof loaded2===
"string"){detach(group,loaded2,connection);return void 0}if(loaded2)logOnce(first,connection,SHARED);return loaded2}));return found.
reduce((newest,tokens)=>isLater(tokens,newest)?tokens:newest,void 0)}function isLater(tokens,other){if(!tokens||!other)return other===
void 0;return(0,import_core2.core)().isIssuedLater(tokens.obtainedAt,tokens.expiresAt,other.obtainedAt,other.expiresAt)}
function hasAttachedStore(stores){return[...stores].some(({connectionEnd})=>!connectionEnd)}function assertAttached({connectionEnd}){
if(connectionEnd)throw(0,import_core2.failure)("RECONNECT_REQUIRED","refresh",{connectionEnd})}function logUnsavedTokens(stores,generation,connection){
const outdated=[...stores].filter(({connectionEnd,savedGeneration})=>!connectionEnd&&savedGeneration!==generation);const text=(0,import_core2.failure)(
"PERSIST_FAILED","refresh").message;logForEach(outdated,connection,{level:"ERROR",event:"tokens-unstored",text})}function logDeadConnection(stores,connection){
const text=(0,import_core2.failure)("RECONNECT_REQUIRED","refresh").message;const attached=[...stores].filter(({connectionEnd})=>!connectionEnd);
logForEach(attached,connection,{level:"ERROR",event:"connection-dead",text})}function logRefresh(stores,connection,durationMs){
logForEach(stores,connection,{level:"INFO",event:"refreshed",text:"Bitbucket issued new tokens.",durationMs})}function logRefreshFailure(stores,connection,{
code,message},durationMs){logForEach(stores,connection,{level:"WARN",event:"refresh-failed",text:`${code}: ${message}`,durationMs})}
function groupByRow(stores){const groups=new Map;for(const store of stores){const row=store.id??store;const group=groups.
get(row);if(group)group.push(store);else groups.set(row,[store])}return[...groups.values()]}function detach(group,connectionEnd,connection){
for(const store of group)store.connectionEnd=connectionEnd;if(connectionEnd!=="deleted")return;const text=(0,import_core2.failure)(
"RECONNECT_REQUIRED","refresh",{connectionEnd}).message;logOnce(group[0],connection,{level:"WARN",event:"connection-dele\
ted",text})}function logForEach(stores,connection,entry){const lines=new Map([...stores].map(store=>[formatLine(store,connection,
entry),store]));for(const[line,store]of lines)store.log(line,entry.level)}function logOnce(store,connection,entry){const lines=loggedLines.
get(connection)??new Set;loggedLines.set(connection,lines);const line=formatLine(store,connection,entry);if(!lines.has(line))
store.log(line,entry.level);lines.add(line)}function formatLine({title},{name},entry){return logLine(entry,{title,name})}
var import_core2,STORE_LIMIT_MS,SHARED,loggedLines;var init_token_store=__esm({"js/token-store.js"(){import_core2=require("./shared.cjs");
init_log_lines();init_time_limit();STORE_LIMIT_MS=1e4;SHARED={level:"WARN",event:"connection-shared",text:"Another proce\
ss uses this connection. The processes need a common Redis."};loggedLines=new WeakMap}});async function withTimeout(ms,work,timeoutError){try{return await within(ms,work)}catch(error){throw(0,import_arguments3.objectOrEmpty)(
error).code==="TIMEOUT"?timeoutError():error}}var import_arguments3,import_core4,import_error2,DIALOG_MS,DIALOG_TOKENS_MS,
withDialogTimeout,withTransactionTimeout;var init_dialog_timeouts=__esm({"js/nocodb/dialog-timeouts.js"(){import_arguments3=
require("./shared.cjs");import_core4=require("./shared.cjs");import_error2=require("./shared.cjs");init_time_limit();DIALOG_MS=
15e3;DIALOG_TOKENS_MS=12e3;withDialogTimeout=work=>withTimeout(DIALOG_MS,work,()=>(0,import_core4.failure)("REQUEST_TIME\
OUT","api"));withTransactionTimeout=exchange=>withTimeout((0,import_core4.core)().transactionTimeout(),exchange,()=>new import_error2.BitbucketAuthError(
(0,import_core4.core)().transactionTimeoutError()))}});async function unlessAborted(work,signal,phase="api"){if(!signal)return work;let stop=()=>{};const aborted=new Promise((_resolve,reject)=>{
stop=()=>reject((0,import_core5.failure)("REQUEST_ABORTED",phase))});signal.addEventListener("abort",stop,{once:true});if(signal.
aborted)stop();try{return await Promise.race([work,aborted])}finally{signal.removeEventListener("abort",stop)}}var import_core5;
var init_abort=__esm({"js/abort.js"(){import_core5=require("./shared.cjs")}});function dispatcherFor(proxy){const key=proxy?`${proxy.origin} ${proxy.authorization??""}`:"";let agent=agents.get(key);
if(!agent)agents.set(key,agent=createAgent(proxy?connectThrough(proxy):connectDirectly()));return agent}function createAgent(connect){
return new import_undici.Agent({factory:(origin,options)=>new import_undici.Pool(origin,{...options,factory:(each,own)=>new PooledConnection(
each,own,connect)})})}function connectDirectly(){const open=(0,import_undici.buildConnector)({timeout:0});return(target,signal)=>connectOnce(
open,target,signal)}function connectThrough(proxy){const open=(0,import_undici.buildConnector)({timeout:0});return async(target,signal)=>{
const tunnel=await openTunnel(proxy,target,signal);return target.protocol==="https:"?connectOnce(open,{...target,httpSocket:tunnel},
signal):tunnel}}function connectOnce(open,target,signal){return new Promise((resolve,reject)=>{const stop=()=>{socket.destroy();
reject(signal.reason)};const socket=open(target,(error,connected)=>{signal.removeEventListener("abort",stop);if(error)reject(
error);else resolve(connected)});signal.addEventListener("abort",stop,{once:true});socket.once("close",()=>reject(Object.
assign(new Error("closed"),{code:"ECONNRESET"})));if(signal.aborted)stop()})}function openTunnel({origin,authorization},target,signal){
const{protocol,hostname,port}=new URL(origin);const host=hostname.replace(/^\[|\]$/g,"");const authority=target.port?target.
host:`${target.host}:${target.protocol==="https:"?443:80}`;return new Promise((resolve,reject)=>{const request=(protocol===
"https:"?import_node_https.request:import_node_http.request)({method:"CONNECT",host,port,path:authority,headers:{host:authority,
"proxy-connection":"keep-alive",...authorization!==void 0&&{"proxy-authorization":authorization}},servername:(0,import_node_net.isIP)(
host)?"":host,agent:false,signal});request.once("connect",({statusCode=0},socket,head)=>{if(statusCode>=200&&statusCode<
300){if(head.length>0)socket.unshift(head);resolve(socket);return}socket.on("error",()=>{}).destroy();reject(Object.assign(
new Error("refused"),{code:`PROXY_${statusCode}`}))});request.on("error",reject);request.end()})}var import_node_http,import_node_https,
import_node_net,import_undici,agents,PooledConnection;var init_connection_pool=__esm({"js/connection-pool.js"(){import_node_http=
require("node:http");import_node_https=require("node:https");import_node_net=require("node:net");import_undici=require("undici");
agents=new Map;PooledConnection=class extends import_undici.Client{#signal=AbortSignal.abort();constructor(origin,options,connect){
super(origin,{...options,connect:(target,done)=>{connect(target,this.#signal).then(socket=>{if(socket.destroyed)throw Object.
assign(new Error("closed"),{code:"ECONNRESET"});done(null,socket)}).catch(error=>done(error,null))}})}dispatch(options,handler){
if(options.signal)this.#signal=options.signal;return super.dispatch(options,handler)}}}});function decodersFor({"content-encoding":content="","transfer-encoding":transfer=""}){const codings=`${content},${transfer}`.
toLowerCase().split(",").map(name=>name.trim()).filter(name=>name&&!NO_DECODING.includes(name));const decoders=codings.reverse().
map(name=>DECODERS.get(name));const isKnown=decoders.length<=MAX_CODINGS&&!decoders.includes(void 0);return isKnown?decoders:
void 0}async function decode(bytes,decoders,maxBytes){let decoded=bytes;for(const decoder of decoders){if(decoded.length===
0)return decoded;try{decoded=await decoder(decoded,{maxOutputLength:maxBytes})}catch(error){if(error instanceof Error&&"\
code"in error&&error.code==="ERR_BUFFER_TOO_LARGE")return void 0;throw error}}return decoded}var import_node_util,import_node_zlib,
ACCEPT_ENCODING,decodeGzip,DECODERS,NO_DECODING,MAX_CODINGS;var init_decoding=__esm({"js/decoding.js"(){import_node_util=
require("node:util");import_node_zlib=require("node:zlib");ACCEPT_ENCODING="gzip, br";decodeGzip=(0,import_node_util.promisify)(
import_node_zlib.gunzip);DECODERS=new Map([["gzip",decodeGzip],["x-gzip",decodeGzip],["br",(0,import_node_util.promisify)(
import_node_zlib.brotliDecompress)]]);NO_DECODING=["identity","chunked"];MAX_CODINGS=4}});function memoize(create){const cache=new Map;return key=>{let value=cache.get(key);if(value===void 0)cache.set(key,value=
create(key));return value}}var init_memoize=__esm({"js/memoize.js"(){}});function networkFailure(error,phase,proxy){const code=errorCodeOf(error);if(code&&TIMEOUT2.test(code))return(0,import_core6.failure)(
"REQUEST_TIMEOUT",phase,void 0,{cause:safeCause(code,code)});if(code&&UNSENDABLE.test(code)){return(0,import_core6.failure)(
"INVALID_ARGUMENT",phase,{field:unsendablePart(code,error)},{detail:code})}const known=CAUSES.find(([pattern])=>code&&pattern.
test(code))?.[1]??"the request could not be sent";const cause=code==="PROXY_407"&&proxy?.authorization!==void 0?REFUSED_CREDENTIALS:
known;const detail=[cause,code,proxy&&`the request used the proxy of ${proxy.variable}, and NO_PROXY can exempt the host`];
return(0,import_core6.failure)("REQUEST_FAILED",phase,void 0,{detail:detail.filter(Boolean).join("; "),cause:safeCause(cause,
code)})}function unsendablePart(code,error){if(code==="UND_ERR_REQ_CONTENT_LENGTH_MISMATCH")return"content-length";return UNSENDABLE_PART.
exec(error instanceof Error?error.message:"")?.[1]??"request"}function safeCause(message,code){return Object.assign(new Error(
message),code&&{code})}function errorCodeOf(error){for(let current=error,depth=0;current instanceof Error&&depth<5;depth+=
1){if(current.name==="HTTPParserError"&&ENDED_EARLY.test(current.message))return"HPE_INVALID_EOF_STATE";const code="code"in
current&&typeof current.code==="string"?current.code:current.name;if(/^\w{1,64}$/.test(code)&&!GENERIC_NAMES.includes(code))
return code;current=current instanceof AggregateError?current.errors[0]:current.cause}return void 0}var import_core6,TIMEOUT2,
CAUSES,UNSENDABLE,UNSENDABLE_PART,ENDED_EARLY,REFUSED_CREDENTIALS,GENERIC_NAMES;var init_network_failure=__esm({"js/netw\
ork-failure.js"(){import_core6=require("./shared.cjs");TIMEOUT2=/^(ETIMEDOUT|UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT)$/;CAUSES=
[[/^(ENOTFOUND|EAI_\w+)$/,"the host name could not be resolved"],[/^ECONNREFUSED$/,"the connection was refused"],[/^(ECONNRESET|ECONNABORTED|EPIPE|UND_ERR_SOCKET|UND_ERR_RES_CONTENT_LENGTH_MISMATCH|HPE_INVALID_EOF_STATE)$/,
"the connection was closed before the response was complete"],[/^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|EACCES|EPERM)$/,
"the host is unreachable"],[/CERT|ISSUER|SIGNATURE/,"the TLS certificate is not accepted; if a private authority issued \
the certificate, NODE_EXTRA_CA_CERTS must name the certificate file of that authority"],[/^(EPROTO|ERR_SSL_\w+|ERR_TLS_\w+)$/,
"the TLS handshake failed"],[/^(HPE_\w+|HTTPParserError|UND_ERR_HEADERS_OVERFLOW)$/,"the response is not valid HTTP"],[/^(Z_\w+|ERR_\w*BROTLI\w*|ERR__ERROR\w*)$/,
"the compressed response is damaged"],[/^PROXY_407$/,"the proxy requires credentials in its URL, as http://user:password\
@host:port"],[/^PROXY_5\d\d$/,"the proxy could not reach the host"],[/^PROXY_\d+$/,"the proxy refused the connection; it\
s rules must allow this host"]];UNSENDABLE=/^UND_ERR_(INVALID_ARG|NOT_SUPPORTED|REQ_CONTENT_LENGTH_MISMATCH)$/;UNSENDABLE_PART=
/^(?:invalid )?(?:request )?(method|path|(?:content-length|transfer-encoding|connection|keep-alive|expect|upgrade|host)(?= header))/;
ENDED_EARLY=/\(Invalid EOF state\)$/;REFUSED_CREDENTIALS="the proxy does not accept the credentials in its URL";GENERIC_NAMES=
["Error","TypeError","AggregateError"]}});async function send(request,options){const url=new URL(request.url);const response=queueOf(url.origin)(()=>sendNow(url,request,
options));return unlessAborted(response,options.signal,options.phase)}async function sendNow(url,{method,headers,body},{
phase,proxies,timeoutMs,signal,maxBytes=MAX_BYTES}){if(signal?.aborted)throw(0,import_core7.failure)("REQUEST_ABORTED",phase);
const sentAt=performance.now();const proxy=(0,import_error3.callCore)(send,()=>proxies.proxyFor(url.href));const controller=new AbortController;
const abort=()=>controller.abort();let isTimedOut=false;const stop=timeoutMs===void 0?void 0:onTimeout(timeoutMs,()=>{isTimedOut=
true;abort()});signal?.addEventListener("abort",abort,{once:true});try{const response=await dispatcherFor(proxy).request(
{origin:url.origin,path:url.pathname+url.search,method,headers:{...DEFAULT_HEADERS,...headers},body,signal:controller.signal,
...timeoutMs!==void 0&&{headersTimeout:0,bodyTimeout:0}});const result=await read(response,method,phase,maxBytes);return{
...result,tookMs:performance.now()-sentAt}}catch(error){if(error instanceof import_error3.BitbucketAuthError)throw error;
if(isTimedOut)throw(0,import_core7.failure)("REQUEST_TIMEOUT",phase);if(signal?.aborted)throw(0,import_core7.failure)("R\
EQUEST_ABORTED",phase);throw networkFailure(error,phase,proxy)}finally{stop?.();signal?.removeEventListener("abort",abort)}}
async function read({statusCode:status,headers:fields,body},method,phase,maxBytes){const headers=joinRepeated(fields);if(method===
"HEAD"||NO_BODY.includes(status)){await collect(body,0).catch(()=>{});return{status,headers,body:new Uint8Array}}const decoders=decodersFor(
headers);const coded=await collect(body,decoders?maxBytes:0);if(!decoders&&!coded)throw(0,import_core7.failure)("RESPONS\
E_INVALID",phase,{status,field:"content-encoding"});const bytes=coded&&await decode(coded,decoders??[],maxBytes);if(!bytes)
throw(0,import_core7.failure)("RESPONSE_TOO_LARGE",phase,{status});return{status,headers,body:bytes}}function joinRepeated(headers){
const fields={};for(const name in headers){const value=headers[name];if(value!==void 0)fields[name]=typeof value==="stri\
ng"?value:value.join(", ")}return fields}async function collect(stream,maxBytes){const chunks=[];let size=0;for await(const chunk of stream){
size+=chunk.byteLength;if(size>maxBytes)return void 0;chunks.push(chunk)}return Buffer.concat(chunks,size)}var import_p_limit,
import_core7,import_error3,MAX_BYTES,MAX_CONCURRENT,queueOf,NO_BODY,DEFAULT_HEADERS;var init_transport=__esm({"js/transp\
ort.js"(){import_p_limit=__toESM(require("p-limit"));init_abort();init_connection_pool();import_core7=require("./shared.cjs");
init_decoding();import_error3=require("./shared.cjs");init_memoize();init_network_failure();init_time_limit();MAX_BYTES=
1024*1024;MAX_CONCURRENT=50;queueOf=memoize(_origin=>(0,import_p_limit.default)(MAX_CONCURRENT));NO_BODY=[204,304];DEFAULT_HEADERS=
{"accept-encoding":ACCEPT_ENCODING,"user-agent":"nocodb-bitbucket-auth"}}});function requireClient({client,problems}){if(client)return client;throw configFailure(problems)}function configFailure([
problem]){return problem?new import_error4.BitbucketAuthError(problem,{},configFailure):(0,import_core8.failure)("INVALI\
D_CONFIG","config")}async function requestTokens(environment,build,grant,previous){const client=requireClient(environment);
const request=(0,import_error4.callCore)(requestTokens,()=>build(client));const phase=(0,import_core8.core)().grantTypePhase(
grant);const{timeoutMs,proxies}=environment;const{status,headers,body}=await send(request,{phase,timeoutMs,proxies});const obtainedAt=Date.
now();const response={status,headers,body,receivedAt:obtainedAt,grant,previous,request};const tokens=(0,import_token_response.parseTokenResponse)(
requestTokens,client,response);return{...tokens,obtainedAt}}var import_core8,import_error4,import_token_response;var init_token_endpoint=__esm(
{"js/token-endpoint.js"(){import_core8=require("./shared.cjs");import_error4=require("./shared.cjs");import_token_response=
require("./shared.cjs");init_transport()}});var import_core9,PREFETCH_LIFETIME_MS,WriteCounter;var init_freshness=__esm({"js/api/freshness.js"(){import_core9=require("./shared.cjs");
PREFETCH_LIFETIME_MS=3e4;WriteCounter=class{count=0;track(sender){return async request=>{if((0,import_core9.core)().isSafeMethod(
request.method))return sender(request);this.count+=1;try{return await sender(request)}finally{this.count+=1}}}}}});var PagePrefetcher;var init_page_prefetcher=__esm({"js/api/page-prefetcher.js"(){init_freshness();PagePrefetcher=class{#options;#prefetched=new Map;constructor(options){
this.#options=options}async next(){const{list,fetch,fetchAfterFailure,isCancelled}=this.#options;const{url}=list;if(isCancelled())
this.discardAll();this.#discardStale();const prefetched=this.#prefetched.get(url);this.#prefetched.delete(url);if(!prefetched){
const response=fetch(url);this.prefetch(0);return response}this.prefetch(0,prefetched);const outcome=await prefetched.outcome;
prefetched.mayBeWasted=false;return"page"in outcome?outcome.page:fetchAfterFailure(url,outcome.failed)}prefetch(held,current){
const{list}=this.#options;const urls=list.fetchableUrls(held).slice(1-held);for(const url of this.#prefetched.keys()){if(!urls.
includes(url))this.#discard(url)}for(const url of urls){const unconfirmed=[current,...this.#prefetched.values()].filter(
prefetched=>prefetched?.mayBeWasted).length;if(!this.#prefetched.has(url)&&list.mayPrefetch(unconfirmed))this.#prefetched.
set(url,this.#start(url))}}discardAll(){for(const url of this.#prefetched.keys())this.#discard(url)}#discardStale(){const now=Date.
now();for(const[url,{writes,expiresAt}]of this.#prefetched){if(expiresAt<now||writes!==this.#options.writes.count)this.#discard(
url)}}#start(url){const{prefetchPage,assessFailedPrefetch:assessFailedPrefetch2,writes,signal}=this.#options;const controller=new AbortController;
const endSignal=signal?AbortSignal.any([controller.signal,signal]):controller.signal;const prefetched={controller,mayBeWasted:true,
writes:writes.count,expiresAt:Infinity,outcome:prefetchPage(url,endSignal).then(page=>{prefetched.expiresAt=Date.now()+PREFETCH_LIFETIME_MS;
return{page}},async error=>{this.#markWasted(prefetched);const failed=await assessFailedPrefetch2(error);prefetched.expiresAt=
failed.expiresAt;return{failed}})};return prefetched}#discard(url){const prefetched=this.#prefetched.get(url);this.#prefetched.
delete(url);this.#markWasted(prefetched);prefetched.controller.abort()}#markWasted(prefetched){if(prefetched.mayBeWasted)
this.#options.list.recordWastedPrefetch();prefetched.mayBeWasted=false}}}});function prefetchConfig(config,signal){return{...withRetryCount(config,RETRIES_EXHAUSTED,{onMaxRetryTimesExceeded:()=>{}}),
signal}}function isPrefetch(config){return(0,import_arguments4.objectOrEmpty)(retryOptionsOf(config)).retryCount===RETRIES_EXHAUSTED}
function secondAttemptConfig(config){return withRetryCount(config,1)}async function assessFailedPrefetch(error){const failedAt=Date.
now();const pause=await retryDelayAfter(error);const{code,status,retryAfter=0}=(0,import_arguments4.objectOrEmpty)((0,import_arguments4.objectOrEmpty)(
error).bitbucket);const isFinal=(0,import_core10.core)().isUsablePrefetch(status,code);return{error,action:pause!==void 0?
"retry":isFinal?"throw":"refetch",notBefore:failedAt+(pause??0),expiresAt:failedAt+Math.max(PREFETCH_LIFETIME_MS,Number(
retryAfter))}}async function notifyRetry({error}){await retryOptionsOf(error.config)?.onRetry?.(1,error,error.config)}async function retryDelayAfter(error){
const{retries=0,retryCondition,retryDelay:retryDelay2}=retryOptionsOf((0,import_arguments4.objectOrEmpty)(error).config)??
{};try{if(retries<1||!retryCondition||!retryDelay2)return void 0;return await retryCondition(error)?retryDelay2(1,error):
void 0}catch{return void 0}}function retryOptionsOf(config){return(0,import_arguments4.objectOrEmpty)(config)["axios-ret\
ry"]}function withRetryCount(config,retryCount,more){return{...config,"axios-retry":{...config["axios-retry"],...more,retryCount}}}
var import_arguments4,import_core10,RETRIES_EXHAUSTED;var init_prefetch_attempt=__esm({"js/api/prefetch-attempt.js"(){import_arguments4=
require("./shared.cjs");import_core10=require("./shared.cjs");init_freshness();RETRIES_EXHAUSTED=Infinity}});function paginate(client,{activity,writes}){return async function*pages(path,params,config){const{concurrency:requestedConcurrency,
...requests2}=config??{};const{concurrency}=(0,import_arguments5.readArgument)(paginate,"pagesConfig",{concurrency:requestedConcurrency});
const list=createPageList(client,path,params,requests2,concurrency);const{cancelToken}=requests2;const signal=requests2.
signal;const requestConfig={...requests2,signal:signal??new AbortController().signal};const fetchAfterFailure=async(url,failed)=>{
const{error,action,notBefore}=failed;if(action!=="refetch")activity().recordError(error.bitbucket);if(action==="throw")throw error;
if(action==="retry")await notifyRetry(failed);else if(error.response)activity().retries+=1;await(0,import_promises.setTimeout)(
Math.max(notBefore-Date.now(),0),void 0,{signal}).catch(()=>{});return fetchPage(client,list,action==="retry"?secondAttemptConfig(
requestConfig):requestConfig,{url})};const prefetcher=new PagePrefetcher({list,fetch:url=>fetchPage(client,list,requestConfig,
{url}),prefetchPage:(url,endSignal)=>fetchPage(client,list,prefetchConfig(requests2,endSignal),{url,maxWaitMs:0}),assessFailedPrefetch,
fetchAfterFailure,writes,signal,isCancelled:()=>signal?.aborted===true||cancelToken?.reason!==void 0});try{for(let isMore=true;isMore;){
const page=await prefetcher.next();const outcome=tryAdvance(page);if(outcome.isMore)prefetcher.prefetch(1);for(const value of page.
values)yield value;if("error"in outcome)throw outcome.error;({isMore}=outcome)}}finally{prefetcher.discardAll()}}}function tryAdvance(page){
try{return{isMore:page.advance()}}catch(error){return{isMore:false,error}}}function createPageList(client,path,params,config,concurrency){
const{Paginator}=(0,import_core11.core)();const first=client.getUri(withRepeatedNames({...config,url:path,params:params??
config?.params}));return(0,import_error5.callCore)(createPageList,()=>new Paginator(first,concurrency))}function fetchPage(client,list,config,which){
const options={...config,params:null,allowAbsoluteUrls:true};const signal=config.signal;return readPage(url=>client.get(
url,options),list,signal,which)}async function readPage(get,list,signal,{url=list.url,maxWaitMs=Infinity}={}){const deadline=Date.
now()+maxWaitMs;for(let attempt=1;;attempt+=1){const{data,status,headers}=await get(url);const now=Date.now();const pause=(0,import_error5.callCore)(
readPage,()=>(0,import_core11.core)().pageRetryDelay(status,headerValue(headers,"retry-after"),attempt,deadline-now,now,
Math.random()));if(pause===void 0){const{values,next,page,pagelen,size}=(0,import_arguments5.objectOrEmpty)(data);if(!Array.
isArray(values))throw(0,import_core11.failure)("RESPONSE_INVALID","api",{field:"values"});const advance=()=>(0,import_error5.callCore)(
readPage,()=>list.advance(nextLinkOf(next),values.length,numberOrUndefined(page),numberOrUndefined(pagelen),numberOrUndefined(
size)));return{values,advance}}await(0,import_promises.setTimeout)(pause,void 0,{signal}).catch(()=>{})}}function withRepeatedNames(config){
const{paramsSerializer}=config;if(typeof paramsSerializer==="function"||"indexes"in(0,import_arguments5.objectOrEmpty)(paramsSerializer))
return config;return{...config,paramsSerializer:{...REPEATED_NAMES,...paramsSerializer}}}function headerValue(headers,name){
const found=Object.entries({...(0,import_arguments5.objectOrEmpty)(headers)}).find(([key])=>key.toLowerCase()===name);return found&&
String(found[1])}function nextLinkOf(next){if(next===void 0||next===null||typeof next==="string")return next??void 0;throw(0,import_core11.failure)(
"RESPONSE_INVALID","api",{field:"next"})}function numberOrUndefined(value){return typeof value==="number"?value:void 0}var import_promises,
import_arguments5,import_core11,import_error5,REPEATED_NAMES;var init_paginate=__esm({"js/api/paginate.js"(){import_promises=
require("node:timers/promises");import_arguments5=require("./shared.cjs");import_core11=require("./shared.cjs");import_error5=
require("./shared.cjs");init_page_prefetcher();init_prefetch_attempt();REPEATED_NAMES={indexes:null}}});function redactResponse(response,authorization){return withRedactor(authorization,redactor=>({...response,headers:redactHeaders(
response.headers,redactor),body:redactBytes(response.body,redactor)}))}function redactAxiosResponse(response,authorization){
withRedactor(authorization,redactor=>{response.data=redactData(response.data,redactor);Object.assign(response.headers,redactHeaders(
{...response.headers},redactor))})}function withRedactor(authorization,work){const redactor=new((0,import_core12.core)()).
Redactor(authorization);try{return work(redactor)}finally{redactor.free()}}function redactHeaders(fields,redactor){return Object.
fromEntries(Object.entries(fields).map(([name,value])=>[name,redactor.redact(String(value))]))}function redactBytes(bytes,redactor){
const chunks=[];for(let at=0;at<bytes.length;at+=CHUNK_BYTES)chunks.push(redactor.push(bytes.subarray(at,at+CHUNK_BYTES)));
return Buffer.concat([...chunks,redactor.end()])}function redactData(data,redactor){if(typeof data==="string")return utf8.
decode(redactBytes(Buffer.from(data),redactor));if(data instanceof ArrayBuffer)return new Uint8Array(redactBytes(new Uint8Array(
data),redactor)).buffer;if(data instanceof Uint8Array)return redactBytes(data,redactor);const isJson=Array.isArray(data)||
Object.getPrototypeOf(data??0)===Object.prototype;return isJson?JSON.parse(utf8.decode(redactBytes(Buffer.from(JSON.stringify(
data)),redactor))):data}var import_core12,CHUNK_BYTES,utf8;var init_redaction=__esm({"js/api/redaction.js"(){import_core12=
require("./shared.cjs");CHUNK_BYTES=1024*1024;utf8=new TextDecoder}});function activityOf(name){const activity=activities.get(name)??new Activity;activities.delete(name);activities.set(name,
activity);for(const oldest of activities.keys()){if(activities.size<=MAX_CACHED)break;activities.delete(oldest)}return activity}
function observeRequest(describe,send2){return observe(requests,describe,send2,({status})=>({status}))}function observeRefresh(describe,send2){
return observe(refreshes,describe,send2,()=>({}))}async function observe(messages,describe,send2,outcomeOf){if(!messages.
hasSubscribers)return send2();const startedAt=Date.now();const from=performance.now();const publish=outcome=>messages.publish(
{...describe(),startedAt,durationMs:performance.now()-from,...outcome});try{const response=await send2();publish(outcomeOf(
response));return response}catch(error){publish({code:error.code});throw error}}var import_node_diagnostics_channel,requests,
refreshes,Activity,MAX_CACHED,activities;var init_activity=__esm({"js/activity.js"(){import_node_diagnostics_channel=require("node:diagnostics_channel");
requests=(0,import_node_diagnostics_channel.channel)("nocodb-bitbucket-auth:request");refreshes=(0,import_node_diagnostics_channel.channel)(
"nocodb-bitbucket-auth:refresh");Activity=class{refreshes=0;retries=0;rateLimitWaits=0;#lastError;recordError({code}){this.#lastError=
{code,at:Date.now()}}get counters(){const{refreshes:count,retries,rateLimitWaits}=this;return{refreshes:count,retries,rateLimitWaits,
...this.#lastError&&{lastError:{...this.#lastError}}}}};MAX_CACHED=1e3;activities=new Map}});function createSender({apiUrl,timeoutMs,proxies,credentials,connection,tokenTimeoutMs,throttle}){const{resourceGroup}=(0,import_core13.core)();
const api=apiAt(apiUrl);const sendWithinRateLimit=async({path,method,url,headers,body},authorization,time,signal)=>{const group=path===
void 0?void 0:resourceGroup(path);if(group!==void 0)await throttle?.acquire(group,signal);if(time.left<=0)throw(0,import_core13.failure)(
"REQUEST_TIMEOUT","api");const response=await observeRequest(()=>({connection:connection(),method,path:withoutQuery(path)}),
()=>send({method,url,headers:path===void 0?headers:{...headers,authorization},body},{phase:"api",timeoutMs:time.left,proxies,
signal,maxBytes:MAX_BODY_BYTES}));time.left-=response.tookMs;if(group!==void 0)await throttle?.onResponse(group,response);
return response};return async request=>{const{method,body,signal,redirect="follow",maxRedirects}=request;const url=URL.canParse(
request.url)?new URL(request.url).href:request.url;const path=(0,import_error6.callCore)(createSender,()=>api.relativePath(
url));const original={path,method,url,headers:forwardedHeaders(request.headers,true,true),body};const time={left:request.
timeoutMs??timeoutMs};let credential=await unlessAborted(credentials.newest(tokenTimeoutMs),signal);for(let outgoing=original,
followed=0,retries=0;;){const{authorization}=credential;const response=await sendWithinRateLimit(outgoing,authorization,
time,signal);const{status,headers:{location}}=response;const isUrl=location!==void 0&&URL.canParse(location,outgoing.url);
const target=isUrl?new URL(location,outgoing.url).href:location;const decision=(0,import_error6.callCore)(createSender,()=>api.
followUp(outgoing.method,outgoing.url,outgoing.path!==void 0,status,target,followed,maxRedirects,redirect));const hasNewerCredential=decision===
"refresh"&&credentials.shouldRetryAfter401(credential,retries);if(hasNewerCredential)credential=await unlessAborted(credentials.
newest(tokenTimeoutMs),signal);if(typeof decision==="object"){followed+=1;const nextPath=decision.withCredential?api.relativePath(
String(target)):void 0;outgoing=redirectedRequest(outgoing,String(target),decision,nextPath)}else if(hasNewerCredential&&
!isStream(body)){followed=0;retries+=1;credentials.activity.retries+=1;outgoing=original}else{return{...status>=300?redactResponse(
response,authorization):response,path,isForeignOrigin:outgoing.path===void 0,needsRetry:hasNewerCredential,authorization:()=>authorization}}}}}
function toApiResponse({status,headers,body,path,isForeignOrigin=false}){const inspectedBody=body.subarray(0,(0,import_core13.core)().
maxInspectedBytes()+1);return new((0,import_core13.core)()).ApiResponse(status,JSON.stringify(headers),inspectedBody,Date.
now(),path,isForeignOrigin)}function redirectedRequest({method,headers,body},url,{becomesGet,withBody},path){return{path,
method:becomesGet?"GET":method,url,headers:forwardedHeaders(headers,path!==void 0,withBody),body:withBody?body:void 0}}function forwardedHeaders(headers={},toApi,withBody){
const{mayForwardHeader}=(0,import_core13.core)();return Object.fromEntries(Object.entries(headers).filter(([name])=>mayForwardHeader(
name,toApi,withBody)))}function isStream(body){return typeof body==="object"&&body!==null&&(Symbol.asyncIterator in body||
"pipe"in body)}var import_core13,import_error6,MAX_BODY_BYTES,apiAt,withoutQuery;var init_sender=__esm({"js/api/sender.j\
s"(){init_abort();init_activity();import_core13=require("./shared.cjs");import_error6=require("./shared.cjs");init_memoize();
init_transport();init_redaction();MAX_BODY_BYTES=32*1024*1024;apiAt=memoize(apiUrl=>(0,import_error6.callCore)(createSender,
()=>new((0,import_core13.core)()).ApiBaseUrl(apiUrl)));withoutQuery=(path="")=>path.replace(/[?#].*$/,"")}});function createClient({apiUrl,kind,activity,sender,isRateLimited=false,maxWaitMs=Infinity}){const writes=new WriteCounter;
const client=import_axios.default.create();Object.assign(client.defaults,{baseURL:apiUrl,maxBodyLength:MAX_BODY_BYTES,adapter:"\
fetch",env:{fetch:fetchThroughSender,Request:null,FormData,Response:null},fetchOptions:{[SENDER]:writes.track(sender)},paramsSerializer:{
...REPEATED_NAMES},formSerializer:{...REPEATED_NAMES}});client.defaults.headers.Accept=ACCEPT;return installInterceptors(
client,{kind,activity,writes,isRateLimited,maxWaitMs})}function installInterceptors(client,behavior){const{kind,activity,
isRateLimited,maxWaitMs}=behavior;client.interceptors.request.use(config=>{if(isStream(config.data))config.maxBodyLength=
-1;const{timeout,maxRedirects,fetchOptions}=config;config.fetchOptions={...fetchOptions,[LIMITS]:{timeout,maxRedirects}};
return withRepeatedNames(config)});client.interceptors.response.use(void 0,error=>{if(import_axios.default.isAxiosError(
error)){const bitbucket=toBitbucketError(error,kind);if(!isPrefetch(error.config))activity().recordError(bitbucket);Object.
assign(error,{bitbucket})}throw error});(0,import_axios_retry.default)(client,{retries:RETRIES,retryCondition:error=>shouldRetry(
error,isRateLimited,maxWaitMs),onRetry:()=>{activity().retries+=1},retryDelay:(attempts,error)=>retryDelay(error,attempts,
isRateLimited,maxWaitMs,Math.random())??0});const{create}=client;client.create=config=>installInterceptors(create(config),
behavior);return Object.defineProperty(client,"paginate",{value:paginate(client,behavior)})}function maySucceedAfterRefresh(error){
const{response,status,statusCode,message}=(0,import_arguments6.objectOrEmpty)(error);const failedStatus=[(0,import_arguments6.objectOrEmpty)(
response).status,status,statusCode].find(each=>typeof each==="number");const clientError=findClientError(error);return(0,import_core14.core)().
maySucceedAfterRefresh(clientError!==void 0,responseContexts.get((0,import_arguments6.objectOrEmpty)((0,import_arguments6.objectOrEmpty)(
clientError).response).headers??{})?.needsRetry===true,failedStatus,typeof message==="string"?message:"")}function findClientError(error){
const seen=new Set;for(let each=error;(0,import_arguments6.isObject)(each)&&!seen.has(each);each=each.cause){if(each instanceof
import_error7.BitbucketAuthError||each.bitbucket instanceof import_error7.BitbucketAuthError)return each;seen.add(each)}
return void 0}function tokenErrorOf(error){const cause=error instanceof Error?error.cause:void 0;return cause instanceof
import_error7.BitbucketAuthError&&cause.phase!=="api"?cause:void 0}async function fetchThroughSender(input,init={}){const sender=init[SENDER];
const{timeout,maxRedirects}=init[LIMITS]??{};const senderResponse=await sender({method:init.method??"GET",url:String(input),
headers:lowerCaseNames(init.headers),body:init.body,signal:init.signal,...typeof timeout==="number"&&timeout>0&&{timeoutMs:timeout},
...typeof maxRedirects==="number"&&{maxRedirects},redirect:init.redirect});const{status,body,path,isForeignOrigin,needsRetry,
authorization}=senderResponse;const responseHeaders=import_axios.default.AxiosHeaders.from(senderResponse.headers);responseContexts.
set(responseHeaders,{path,isForeignOrigin,needsRetry,authorization});const toResponse=()=>new Response(body,{headers:senderResponse.
headers});return{status,statusText:"",headers:responseHeaders,text:async()=>utf82.decode(body),arrayBuffer:()=>toResponse().
arrayBuffer(),blob:()=>toResponse().blob(),formData:()=>toResponse().formData(),stream:()=>toResponse().body}}function lowerCaseNames(headers){
const lower={};for(const[name,value]of Object.entries(headers??{}))lower[name.toLowerCase()]=value;return lower}function toBitbucketError(error,kind){
const{response,config,cause,code,name}=error;if(response){const{path,isForeignOrigin,authorization}=responseContexts.get(
response.headers)??{};if(response.status<300&&authorization)redactAxiosResponse(response,authorization());if((0,import_arguments6.objectOrEmpty)(
cause).name==="SyntaxError"){return replaceText(error,(0,import_core14.failure)("RESPONSE_NOT_JSON","api",{status:response.
status}))}const apiResponse=toApiResponse({status:response.status,headers:Object.fromEntries(Object.entries({...response.
headers}).map(([field,value])=>[field.toLowerCase(),String(value)])),body:bodyBytes(response.data),path,isForeignOrigin});
const described=(0,import_error7.callCore)(toBitbucketError,()=>(0,import_core14.core)().apiErrorFromResponse(apiResponse,
kind));return new import_error7.BitbucketAuthError(described,{},toBitbucketError)}const isTimeout=code==="ECONNABORTED"||
code==="ETIMEDOUT"||code==="REQUEST_TIMEOUT";if(isTimeout&&config?.timeout)return(0,import_core14.failure)("REQUEST_TIME\
OUT","api",{field:"timeout"});if(cause instanceof import_error7.BitbucketAuthError)return cause;if(name==="CanceledError")
return(0,import_core14.failure)("REQUEST_ABORTED","api");return(0,import_core14.failure)(isTimeout?"REQUEST_TIMEOUT":"AP\
I_FAILED","api")}function replaceText(error,bitbucketError){const frames=String(error.stack).split("\n").filter(line=>line.
startsWith("    at "));const stack=[`${error.name}: ${bitbucketError.message}`,...frames].join("\n");for(const[name,value]of Object.
entries({message:bitbucketError.message,stack,cause:bitbucketError})){Object.defineProperty(error,name,{value,writable:true,
configurable:true,enumerable:false})}return bitbucketError}function shouldRetry(error,isRateLimited,maxWaitMs){const{config,
response}=error;const{code,phase,cause}=toBitbucketAuthError(error);const isRateLimitedResponse=isRateLimited&&!isForeignResponse(
response);if(!config||isStream(config.data))return false;const isTransient=!cause||import_axios_retry.default.isNetworkError(
{code:(0,import_arguments6.objectOrEmpty)(cause).code});const state=config["axios-retry"];const attempts=(state?.retryCount??
0)+1;if(!isTransient||!(0,import_core14.core)().mayRetry(String(config.method).toUpperCase(),code,response?.status,phase)||
retryDelay(error,attempts,isRateLimited,maxWaitMs,0)===void 0)return false;const retryAfter=headerValue(response?.headers,
"retry-after");if(isRateLimitedResponse&&state&&(0,import_core14.core)().isHourlyLimitExhausted(response?.status,retryAfter,
Date.now())){state.retryCount=attempts-2}return true}function retryDelay({response},attempts,isRateLimited,maxWaitMs,random){
const retryAfter=headerValue(response?.headers,"retry-after");const isRateLimitedResponse=isRateLimited&&!isForeignResponse(
response);return(0,import_core14.core)().retryDelay(attempts,response?.status,retryAfter,isRateLimitedResponse,maxWaitMs,
Date.now(),random)}function isForeignResponse(response){return response!==void 0&&responseContexts.get(response.headers)?.
isForeignOrigin===true}function bodyBytes(data){if(data instanceof Uint8Array)return new Uint8Array(data);if(data instanceof
ArrayBuffer)return new Uint8Array(data);try{return new TextEncoder().encode(typeof data==="string"?data:JSON.stringify(data)??
"")}catch{return new Uint8Array}}var import_axios,import_axios_retry,import_arguments6,import_core14,import_error7,RETRIES,
SENDER,LIMITS,ACCEPT,responseContexts,utf82;var init_client=__esm({"js/api/client.js"(){import_axios=__toESM(require("axios"));
import_axios_retry=__toESM(require("axios-retry"));import_arguments6=require("./shared.cjs");import_core14=require("./shared.cjs");
import_error7=require("./shared.cjs");init_axios_error();init_freshness();init_paginate();init_prefetch_attempt();init_redaction();
init_sender();RETRIES=3;SENDER=Symbol("sender");LIMITS=Symbol("limits");ACCEPT="application/json, */*;q=0.8";responseContexts=
new WeakMap;utf82=new TextDecoder}});function readAhead({sender,sendPrefetch,newest}){let predictor;let prefetched;let lastHeaders="";const replace=next=>{prefetched?.
abort();prefetched=next};const prefetch=(url,template)=>{if(url===void 0||prefetched?.isFor({...template,url}))return;replace(
new PrefetchedPage({...template,url},sendPrefetch))};const interrupt=()=>{predictor.reset();replace(void 0)};return async request=>{
predictor??=new((0,import_core15.core)()).PagePredictor;if(!isPrefetchable(request)){interrupt();return sender(request).
finally(interrupt)}const{url}=request;if(lastHeaders!==(lastHeaders=JSON.stringify(request.headers)))interrupt();const matching=prefetched?.
isFor(request)?prefetched:void 0;if(matching)prefetched=void 0;else replace(void 0);prefetch(predictor.onRequest(url),request);
const response=await matching?.takeResponse(newest)??await sender(request);if(response.status!==200)interrupt();else if(predictor.
onSuccess(url))prefetch(predictedUrl(predictor,url,response.body),request);return response}}function keyOf({url,headers}){
return JSON.stringify([url,headers])}function isPrefetchable({method,body,signal,timeoutMs,redirect="follow",maxRedirects}){
return method==="GET"&&[body,signal,timeoutMs,maxRedirects].every(given=>given===void 0||given===null)&&redirect==="foll\
ow"}function predictedUrl(predictor,url,body){const number=value=>typeof value==="number"?value:void 0;try{const{next,pagelen,
size}=(0,import_arguments7.objectOrEmpty)(JSON.parse(utf83.decode(body)));return typeof next==="string"?predictor.onPage(
url,next,number(pagelen),number(size)):void 0}catch{return void 0}}var import_arguments7,import_core15,utf83,PrefetchedPage;
var init_read_ahead=__esm({"js/api/read-ahead.js"(){import_arguments7=require("./shared.cjs");import_core15=require("./shared.cjs");
init_freshness();utf83=new TextDecoder;PrefetchedPage=class{#controller=new AbortController;#response;#timer;#request;constructor(request,send2){
this.#request=keyOf(request);this.#response=send2({...request,signal:this.#controller.signal}).catch(error=>({error}));this.#timer=
setTimeout(()=>this.abort(),PREFETCH_LIFETIME_MS).unref()}isFor(request){return!this.#controller.signal.aborted&&this.#request===
keyOf(request)}async takeResponse(newest){clearTimeout(this.#timer);const response=await this.#response;if(!response)return void 0;
const isError="error"in response;const code=isError?(0,import_arguments7.objectOrEmpty)(response.error).code:void 0;if(!(0,import_core15.core)().
isUsablePrefetch(isError?void 0:response.status,code))return void 0;if(isError)throw response.error;const{authorization}=await newest();
return response.authorization()===authorization?response:void 0}abort(){clearTimeout(this.#timer);this.#controller.abort();
this.#response=Promise.resolve(void 0)}}}});function replaceRemovedEndpoints(sender,options){const removedEndpoints=removedEndpointsOf(options.apiUrl);const respond=async({
endpoint,notice,refusal,list},request)=>{const responseContext={headers:{},tookMs:0,path:endpoint,isForeignOrigin:false,
needsRetry:false,authorization:()=>""};if(refusal!==void 0)return withJsonBody(responseContext,400,refusal);const announceReplacement=()=>{
if(!announcedEndpoints.has(endpoint))options.log(notice,"endpoint-replaced");announcedEndpoints.add(endpoint)};if(list){
announceReplacement();return servePage(list,responseContext,request)}const response=await sender(request);const body=(0,import_core16.core)().
issuesNotFoundBody(response.status,response.isForeignOrigin);if(body===void 0)return response;announceReplacement();return withJsonBody(
response,404,body)};const servePage=async(list,responseContext,{url,signal})=>{const{lists,workspace=""}=options;try{const make=()=>new ListCollector(
url,list,removedEndpoints,sender,options);const{jsonItems,authorization}=await lists.get(`${workspace} ${list.key}`,make,
signal);const{from,to,...about}=removedEndpoints.page(url,jsonItems.length);const body=`{"values":[${jsonItems.slice(from,
to).join(",")}],${JSON.stringify(about).slice(1)}`;return withJsonBody({...responseContext,authorization},200,body)}catch(error){
if(error instanceof UnsuccessfulResponse)return error.response;throw error}};return request=>{const replacement=removedEndpoints.
replacement(request.method,request.url);return replacement?respond(replacement,request):sender(request)}}function withJsonBody(response,status,body){
const{"content-length":_length,...headers}=response.headers;return{...response,status,headers:{...headers,"content-type":"\
application/json"},body:Buffer.from(body)}}function listCacheOf(connection){const cache=caches.get(connection)??new ListCache;
caches.set(connection,cache);return cache}function workspaceSegment(workspace){return(0,import_error8.callCore)(workspaceSegment,
()=>(0,import_core16.core)().workspaceSegment((0,import_arguments8.stringOrUndefined)(workspace)))}function sortItems(values,sort){
if(!sort)return values;const sign=sort.isDescending?-1:1;return values.toSorted((one,other)=>sign*compare(one.key,other.
key))}function compare(one,other){const[isOne,isOther]=[one,other].map(key=>key!==void 0&&key!==null);if(!isOne||!isOther)
return Number(isOther)-Number(isOne);if(one===other)return 0;return one<other?-1:1}var import_arguments8,import_core16,import_error8,
announcedEndpoints,utf84,removedEndpointsOf,ListCache,caches,ListCollector,UnsuccessfulResponse;var init_removed_endpoints=__esm(
{"js/api/removed-endpoints.js"(){init_abort();import_arguments8=require("./shared.cjs");import_core16=require("./shared.cjs");
import_error8=require("./shared.cjs");init_memoize();init_paginate();init_sender();announcedEndpoints=new Set;utf84=new TextDecoder;
removedEndpointsOf=memoize(apiUrl=>(0,import_error8.callCore)(replaceRemovedEndpoints,()=>new((0,import_core16.core)()).
RemovedEndpoints(apiUrl)));ListCache=class{#entries=new Map;async get(key,make,signal){const entry=this.#entries.get(key)??
{collector:make(),isDone:false,waiting:0};this.#entries.set(key,entry);const[oldest]=this.#entries.keys();if(this.#entries.
size>(0,import_core16.core)().RemovedEndpoints.limits().maxLists)this.#entries.delete(oldest);const collecting=entry.collecting??
this.#startCollecting(key,entry);entry.waiting+=1;try{return await unlessAborted(collecting,signal)}finally{entry.waiting-=
1;if(entry.waiting===0&&!entry.isDone&&entry.collecting===collecting){entry.collecting=void 0;entry.controller?.abort()}}}#startCollecting(key,entry){
const controller=new AbortController;const collecting=entry.collector.read(controller.signal);clearTimeout(entry.timer);
Object.assign(entry,{collecting,controller});const onSettled=isDone=>{if(entry.collecting!==collecting&&entry.collecting!==
void 0)return;entry.isDone=isDone;if(!isDone)entry.collecting=void 0;entry.timer=setTimeout(()=>{if(this.#entries.get(key)===
entry)this.#entries.delete(key)},(0,import_core16.core)().RemovedEndpoints.limits().cacheMs).unref()};collecting.then(()=>onSettled(
true),()=>onSettled(false));return collecting}};caches=new WeakMap;ListCollector=class{#url;#list;#removedEndpoints;#sender;#options;#limits=(0,import_core16.core)().
RemovedEndpoints.limits();#segments;#itemsByWorkspace=new Map;#length=0;#authorization=()=>"";constructor(url,list,removedEndpoints,sender,options){
this.#url=url;this.#list=list;this.#removedEndpoints=removedEndpoints;this.#sender=sender;this.#options=options}async read(signal){
const segments=this.#segments??=await this.#readWorkspaces(signal);const remaining=[...segments];const readRemaining=async()=>{
for(let segment=remaining.shift();segment!==void 0;segment=remaining.shift()){if(!this.#itemsByWorkspace.has(segment))await this.#readWorkspace(
segment,signal)}};try{await Promise.all(Array.from({length:this.#limits.maxConcurrent},readRemaining))}finally{remaining.
length=0}const values=[...segments].flatMap(segment=>this.#itemsByWorkspace.get(segment)??[]);return{jsonItems:sortItems(
values,this.#list.sort).map(({text})=>text),authorization:this.#authorization}}async#readWorkspaces(signal){const{workspace}=this.#options;
if(workspace!==void 0)return new Set([workspaceSegment(workspace)]);const segments=new Set;await this.#readList(this.#list.
workspaces,signal,value=>{const{slug,uuid}=(0,import_arguments8.objectOrEmpty)((0,import_arguments8.objectOrEmpty)(value).
workspace);if(slug===void 0&&uuid===void 0)throw(0,import_core16.failure)("RESPONSE_INVALID","api",{field:"workspace"});
segments.add(workspaceSegment(slug??uuid))});return segments}async#readWorkspace(segment,signal,withRole=true){const values=[];
let length=0;const path=this.#list.sort?.member.split(".")??[];const addItem=value=>{const text=JSON.stringify(value);length+=
text.length;if(this.#length+length>this.#limits.maxListLength)throw(0,import_core16.failure)("RESPONSE_TOO_LARGE","api");
values.push({text,key:path.reduce((part,name)=>(0,import_arguments8.objectOrEmpty)(part)[name],value)})};try{await this.#readList(
this.#removedEndpoints.workspaceUrl(this.#url,segment,withRole),signal,addItem)}catch(error){if(!(error instanceof UnsuccessfulResponse)||
values.length>0)throw error;const{outcome,notice:message}=(0,import_error8.callCore)(this.#readWorkspace,()=>this.#removedEndpoints.
workspaceOutcome(this.#url,segment,withRole,toApiResponse(error.response),this.#options.kind));if(message!==void 0)this.#options.
log(message,"list-incomplete");if(outcome==="retry-without-role")return this.#readWorkspace(segment,signal,false);if(outcome===
"fail")throw error}this.#itemsByWorkspace.set(segment,values);this.#length+=length}async#readList(url,signal,addItem){const{
Paginator}=(0,import_core16.core)();const list=new Paginator(url);for(let isMore=true;isMore;){const{values,advance}=await readPage(
url2=>this.#get(url2,signal),list,signal);values.forEach(addItem);isMore=advance()}}async#get(url,signal){const headers={
accept:"application/json"};const response=await this.#sender({method:"GET",url,headers,signal,redirect:"same-origin"});const{
status,headers:fields,body,authorization}=response;if(status>=300)throw new UnsuccessfulResponse(response);this.#authorization=
authorization;try{return{status,headers:fields,data:body.length>0?JSON.parse(utf84.decode(body)):void 0}}catch{throw(0,import_core16.failure)(
"RESPONSE_NOT_JSON","api",{status})}}};UnsuccessfulResponse=class extends Error{constructor(response){super("refused");this.
response=response}}}});async function findDatabase(redis,own,others=[]){try{return await agreeOnDatabase(redis,(0,import_core17.core)().redisDatabaseCandidates(
own,Uint32Array.from(others)))}catch(error){const isReply=error instanceof Error&&error.name==="ReplyError";const fallbackReason=isReply?
(0,import_core17.core)().redisFallbackReason(error.message):void 0;if(fallbackReason===void 0)throw error;return{database:own,
fallbackReason}}}async function agreeOnDatabase(redis,numbers){const survey=(seen2,chosen)=>scriptsOf(redis).surveyDatabases(
BASE,seen2,chosen,randomValue(),MARKER_MS,...numbers);let[seen]=await survey("",numbers[0]);for(let attempt=1;attempt<=MAX_ATTEMPTS;attempt+=
1){const{database,fallbackReason}=(0,import_core17.core)().chooseRedisDatabase(numbers,seen);const[seenNow,mark]=await survey(
seen,database);if(mark!==void 0)return{database,mark:{name:`${BASE}database`,value:mark},fallbackReason};seen=seenNow}throw Object.
assign(new Error("another process changed the databases during each survey"),{code:"TIMEOUT"})}async function readMarker(redis,name){
return{name,value:await scriptsOf(redis).readMarker(name,randomValue(),MARKER_MS)}}function randomValue(){return(0,import_node_crypto.randomBytes)(
16).toString("base64url")}function scriptsOf(redis){return redis}var import_node_crypto,import_core17,BASE,MARKER_MS,MAX_ATTEMPTS,
DATABASE_SCRIPTS;var init_redis_database=__esm({"js/coordination/redis-database.js"(){import_node_crypto=require("node:crypto");
import_core17=require("./shared.cjs");BASE="nocodb-bitbucket-auth:";MARKER_MS=95*24*60*60*1e3;MAX_ATTEMPTS=10;DATABASE_SCRIPTS=
{surveyDatabases:{numberOfKeys:1,lua:`
      local base, name = KEYS[1], KEYS[1] .. 'database'
      local seen, chosen, mark, limit = unpack(ARGV)
      local function marked()
        local value = redis.pcall('GET', name)
        -- Without permission to read the marker, a process would replace it each time, so that all data would seem lost\
.
        if type(value) == 'table' and not string.find(value.err, 'WRONGTYPE', 1, true) then error(value.err) end
        return type(value) == 'string' and value ~= '' and value
      end
      local function owners()
        local cursor, ours, steps = '0', false, 0
        repeat
          local reply = redis.call('SCAN', cursor, 'COUNT', 100)
          cursor, steps = reply[1], steps + 1
          for _, key in ipairs(reply[2]) do
            if string.sub(key, 1, #base) ~= base then return 'others' end
            ours = true
          end
        until cursor == '0' or (ours and steps >= 20)
        return ours and 'ours' or 'empty'
      end
      local words, marks = {}, {}
      for at = 5, #ARGV do
        local selected = redis.pcall('SELECT', ARGV[at])
        local word = 'missing'
        if not selected.err then
          word = owners()
          if marked() then
            marks[ARGV[at]] = true
            word = word == 'others' and 'invaded' or 'marked'
          end
        elseif not string.find(selected.err, 'DB index', 1, true) then
          return selected
        end
        words[#words + 1] = word
      end
      local survey = table.concat(words, ' ')
      if survey ~= seen then return { survey } end
      for number in pairs(marks) do
        if number ~= chosen then
          redis.call('SELECT', number)
          redis.call('DEL', name)
        end
      end
      redis.call('SELECT', chosen)
      mark = marked() or mark
      redis.call('SET', name, mark, 'PX', limit)
      return { survey, mark }
    `},readMarker:{numberOfKeys:1,lua:`
      local before = redis.pcall('GET', KEYS[1])
      -- Without permission to read the marker, a process would replace it, so that all data would seem lost.
      if type(before) == 'table' and not string.find(before.err, 'WRONGTYPE', 1, true) then return before end
      local life = type(before) == 'string' and before ~= '' and before or ARGV[1]
      redis.call('SET', KEYS[1], life, 'PX', ARGV[2])
      return life
    `}}}});async function compareMarker(redis,{name,value}){return await redis.get(name)===value?void 0:DATA_LOST}function ignoreNeedlessPassword(error){
if(summarizeError(error)!==void 0)throw error}function summarizeError(error){const{code,message}=error instanceof Error?
error:{};return(0,import_core18.core)().redisErrorSummary(typeof code==="string"?code:"",String(message??""))}function disconnect(redis){
redis?.disconnect();redis?.stream?.destroy()}var import_core18,VARIABLES,DATA_LOST,MAX_ATTEMPTS2,loggedFallbacks,RedisConnection;
var init_redis_connection=__esm({"js/coordination/redis-connection.js"(){import_core18=require("./shared.cjs");init_log_lines();
init_time_limit();init_redis_database();VARIABLES="INTEGRATION_AUTH_BITBUCKET_REDIS_URL (or NC_REDIS_URL)";DATA_LOST=Symbol(
"the data was lost");MAX_ATTEMPTS2=3;loggedFallbacks=new Set;RedisConnection=class{#options;#redis;#candidate;#databases=new WeakMap;#marker={
name:"",value:""};#selections=0;#reselecting;#firstAttempt;#nextAttempt;#watch;#failures=0;#errorSummary="error";#fallbackReason;#isOutageLogged=false;#isClosed=false;constructor(options){
this.#options=options}get isAvailable(){return this.#redis!==void 0}get status(){if(!this.#redis)return{errorSummary:this.#errorSummary};
const database=this.#databases.get(this.#redis)??0;return this.#fallbackReason===void 0?{database}:{database,fallbackReason:this.#fallbackReason}}async use(work,{
isAwaited}={isAwaited:true}){const redis=await this.connected();if(!redis)return void 0;try{const result=await within(this.#options.
limits.operation,this.#attempt(redis,work),{isAwaited});this.#failures=0;return result}catch(error){const errorSummary=summarizeError(
error);if(errorSummary!==void 0)this.#disconnect(redis,redis.stream.writable?errorSummary:void 0);return void 0}}async#attempt(redis,work){
for(let attempt=1;attempt<=MAX_ATTEMPTS2;attempt+=1){const selections=this.#selections;const result=await work(redis,this.#marker);
if(result!==DATA_LOST)return result;if(selections===this.#selections)await this.#reselectDatabase(redis)}return void 0}#reselectDatabase(redis){
this.#reselecting??=this.#selectDatabase(redis).then(()=>this.#options.onAvailable?.()).finally(()=>this.#reselecting=void 0);
return this.#reselecting}async#selectDatabase(redis){const{url,searchesDatabase,otherDatabases,markerKey,check}=this.#options;
const configuredDatabase=this.#options.database??(0,import_core18.core)().parseRedisUrl(url).database;const choice=searchesDatabase?
await findDatabase(redis,configuredDatabase,otherDatabases):{database:configuredDatabase};if(choice.database!==(this.#databases.
get(redis)??0))await redis.select(choice.database);this.#databases.set(redis,choice.database);const marker=choice.mark??
await readMarker(redis,markerKey);await check(redis,marker);this.#marker=marker;this.#selections+=1;this.#fallbackReason=
choice.fallbackReason;if(choice.fallbackReason!==void 0)this.#logFallback(configuredDatabase,choice.fallbackReason)}#logFallback(database,reason){
const fallback=[this.#options.url,database,reason].join(" ");if(loggedFallbacks.has(fallback))return;loggedFallbacks.add(
fallback);const text=`The plugin shares database ${database} of the Redis of ${this.#name} with NocoDB, because ${reason}\
. NocoDB empties that database whenever its main process starts. Then the locks are lost, and the shared tokens and coun\
ts are missing until a process publishes them again. Set INTEGRATION_AUTH_BITBUCKET_REDIS_URL to a Redis or a database t\
hat no other program uses.`;this.#options.log(logLine({level:"WARN",event:"redis-database-shared",text}))}async connected(){
if(!this.#isClosed)await(this.#firstAttempt??=this.#connect(true));return this.#redis}close(){this.#isClosed=true;clearTimeout(
this.#nextAttempt);clearInterval(this.#watch);for(const redis of[this.#redis,this.#candidate])disconnect(redis);this.#redis=
void 0}async#connect(isAwaited){const errors=[];try{const{Redis}=await Promise.resolve().then(()=>__toESM(require("ioredis")));
await within(this.#options.limits.connection,this.#open(Redis,errors),{isAwaited})}catch(error){disconnect(this.#candidate);
this.#candidate=void 0;this.#scheduleReconnect(summarizeError(errors[0]??error)??"error");return}const redis=this.#candidate;
this.#candidate=void 0;if(this.#isClosed)return;const since=performance.now();redis.once("end",()=>{if(performance.now()-
since>this.#options.limits.reconnection)this.#failures=0;this.#disconnect(redis)});this.#redis=redis;if(this.#isOutageLogged){
const text=`The Redis of ${this.#name} is available again.`;this.#options.log(logLine({level:"INFO",event:"redis-availab\
le",text}))}this.#isOutageLogged=false;this.#options.onAvailable?.();this.#watch??=setInterval(()=>this.use(compareMarker,
{isAwaited:false}),this.#options.limits.watch).unref()}get#name(){return this.#options.variable??VARIABLES}async#open(Redis,errors){
if(this.#isClosed)throw new Error("closed");const{url,limits,scripts}=this.#options;const{username,password,database:_,tls,
...server}=(0,import_core18.core)().parseRedisUrl(url);const redis=new Redis({...server,...tls&&{tls},lazyConnect:true,connectTimeout:limits.
connection,retryStrategy:()=>null,disconnectTimeout:1,enableOfflineQueue:false,autoResendUnfulfilledCommands:false,enableReadyCheck:false,
disableClientInfo:true,scripts:{...DATABASE_SCRIPTS,...scripts}});this.#candidate=redis;redis.on("error",error=>errors.push(
error));const connected=redis.connect();setImmediate(()=>redis.stream?.unref());await connected;const ready=async()=>{if(password!==
void 0||username!==void 0){const authenticated=username?redis.auth(username,password??""):redis.auth(password??"");await authenticated.
catch(ignoreNeedlessPassword)}await this.#selectDatabase(redis)};await within(limits.operation,ready(),{isAwaited:false})}#disconnect(redis,errorSummary){
if(this.#redis!==redis)return;this.#redis=void 0;disconnect(redis);this.#scheduleReconnect(errorSummary)}#scheduleReconnect(errorSummary){
if(this.#isClosed)return;const{log,limits,without}=this.#options;this.#errorSummary=errorSummary??"error";if(errorSummary!==
void 0&&!this.#isOutageLogged){const text=`The Redis of ${this.#name} is unavailable (${errorSummary}). Until it is avai\
lable again, this process ${without}.`;log(logLine({level:"WARN",event:"redis-unavailable",text}));this.#isOutageLogged=
true}const pause=Math.min(limits.reconnection,100*2**this.#failures)*(1+Math.random())/2;this.#failures+=1;this.#nextAttempt=
setTimeout(()=>this.#connect(false),pause).unref()}}}});function reserveNumbers(count){lastNumber+=count;return lastNumber-count+1}function run(redis,marker,key,{limit=0,used=0,
number=0},known,missing){const{requestLog}=redis;const window=(0,import_core19.core)().rateLimitWindow()*1e3;return requestLog.
call(redis,PREFIX+key,marker.name,marker.value,NAME,window,limit,used,number,known,...missing)}async function checkLog(redis,marker){
const number=reserveNumbers(1);const key=`check:${NAME}${number}`;await run(redis,marker,key,{limit:1,number},0,[]);await run(
redis,marker,key,{limit:1,number},0,[]);await redis.zrem(PREFIX+key,NAME+number)}var import_node_crypto2,import_core19,REDIS_LIMITS,
SETTLING_MS,PREFIX,NAME,MAX_REQUESTS,LOG_SCRIPT,SCRIPTS,lastNumber,RedisRequestLogs,AccountRequestLog;var init_request_log=__esm(
{"js/request-log.js"(){import_node_crypto2=require("node:crypto");init_redis_connection();import_core19=require("./shared.cjs");
init_log_lines();REDIS_LIMITS={operation:1e3,connection:2e3,reconnection:5e3,watch:5e3};SETTLING_MS=REDIS_LIMITS.reconnection+
REDIS_LIMITS.connection;PREFIX="nocodb-bitbucket-auth:{rate}:";NAME=`${(0,import_node_crypto2.randomBytes)(9).toString("\
base64url")}:`;MAX_REQUESTS=1e3;LOG_SCRIPT=`
  if redis.pcall('GET', KEYS[2]) ~= ARGV[1] then return 'lost' end
  local log, name = KEYS[1], ARGV[2]
  local window, limit, used = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
  local number, known = tonumber(ARGV[6]), tonumber(ARGV[7])
  local clock = redis.call('TIME')
  local now = clock[1] * 1000000 + clock[2]
  local trimmed = redis.pcall('ZREMRANGEBYSCORE', log, '-inf', now - window)
  if type(trimmed) == 'table' then
    -- A value of another program counts as absent.
    if not string.find(trimmed.err, 'WRONGTYPE', 1, true) then return trimmed end
    redis.call('DEL', log)
  end
  for at = 8, #ARGV, 2 do
    redis.call('ZADD', log, 'NX', now - ARGV[at + 1], name .. ARGV[at])
  end
  local count = redis.call('ZCARD', log)
  if count < known then return 'less' end
  local added, reply = 0, 0
  if used > count then
    added, reply = used - count, used - count
  elseif limit > count then
    added = 1
  elseif limit > 0 then
    local leaving = redis.call('ZRANGE', log, count - limit, count - limit, 'WITHSCORES')
    reply = math.ceil(math.min(leaving[2] + window - now, window) / 1000)
  end
  for at = number, number + added - 1 do
    redis.call('ZADD', log, now, name .. string.format('%.0f', at))
  end
  redis.call('PEXPIRE', log, window / 1000)
  return reply
`;SCRIPTS={requestLog:{lua:LOG_SCRIPT,numberOfKeys:2}};lastNumber=0;RedisRequestLogs=class{#connection;#logs;#marker;#settledAt=0;constructor(address,logs){
this.#logs=logs;this.#connection=new RedisConnection({...address,limits:REDIS_LIMITS,scripts:SCRIPTS,log:warn,without:"e\
nforces the rate limit on its own",markerKey:`${PREFIX}life`,check:(redis,marker)=>this.#check(redis,marker),onAvailable:()=>this.#shareAll()})}query({
key,times},query={},options){return this.#connection.use(async(redis,marker)=>{for(let isComplete=true;;){const now=performance.
now();const missing=times.unshared(MAX_REQUESTS,now);const isLast=missing.length<2*MAX_REQUESTS;const known=isLast&&isComplete?
times.minimumSharedCount(now):0;const settling=query.limit===void 0?0:Math.max(0,Math.ceil(this.#settledAt-now));const reply=await run(
redis,marker,key,isLast&&settling===0?query:{},known,missing);if(reply==="lost")return DATA_LOST;if(reply==="less"){isComplete=
false;times.markAllUnshared()}else{times.markShared(missing.filter((_,index)=>index%2===0));if(isLast)return settling||reply}}},
options)}async cancel(key,number){await this.#connection.use(redis=>redis.zrem(PREFIX+key,NAME+number))}async#check(redis,marker){
await checkLog(redis,marker);if(this.#marker!==void 0&&this.#marker!==marker.value)this.#settledAt=performance.now()+SETTLING_MS;
this.#marker=marker.value;for(const{times}of this.#logs())times.markAllUnshared()}#shareAll(){for(const log of this.#logs())
void this.query(log,{},{isAwaited:false})}};AccountRequestLog=class{times=new((0,import_core19.core)()).RequestLog;#redisLogs;constructor(key,redisLogs){
this.key=key;this.#redisLogs=redisLogs}get isEmpty(){return this.times.waitTime(1,performance.now())===0}async acquire(limit){
const number=reserveNumbers(1);const sentAt=performance.now();const wait=await this.#redisLogs?.query(this,{limit,number});
if(wait===0)this.times.record(sentAt,number,false);return{wait:wait??this.#acquireLocally(limit,number),number}}#acquireLocally(limit,number){
const now=performance.now();const wait=this.times.waitTime(limit,now);if(wait===0)this.times.record(now,number,this.#redisLogs!==
void 0);return wait}async cancel(number){this.times.remove(number);await this.#redisLogs?.cancel(this.key,number)}async recordUnknown(used){
const sentAt=performance.now();if(this.times.unloggedCount(used,sentAt)===0)return;const number=reserveNumbers(used);const unknown=await this.#redisLogs?.
query(this,{used,number});const isMissing=unknown===void 0&&this.#redisLogs!==void 0;const count=unknown??this.times.unloggedCount(
used,sentAt);for(let at=number;at<number+count;at+=1)this.times.record(sentAt,at,isMissing)}async mergeInto(log){log.times.
merge(this.times);await this.#redisLogs?.query(log)}}}});function rateLimited(wait,detail){return(0,import_core20.failure)("API_RATE_LIMITED","api",{retryAfter:Math.ceil(wait)},
{detail})}var import_promises2,import_p_limit2,import_core20,MAX_WAITING,MIN_RETRY_AFTER_MS,HOUR_MS,LOGGED_WAIT_MS,RequestQueue;
var init_request_queue=__esm({"js/request-queue.js"(){import_promises2=require("node:timers/promises");import_p_limit2=__toESM(require("p-limit"));
init_abort();import_core20=require("./shared.cjs");MAX_WAITING=1e4;MIN_RETRY_AFTER_MS=1e3;HOUR_MS=60*60*1e3;LOGGED_WAIT_MS=
1e4;RequestQueue=class{#admission=(0,import_p_limit2.default)(1);#waiting=0;#blockedUntil=0;#retryAfterUntil=0;#pausedUntil=0;#pacedUntil=0;#pace=0;#nextAt=-Infinity;refusals=0;#loggedReason;#waker=new AbortController;#successor;constructor(limit,requests2,account,group){
this.limit=limit;this.requests=requests2;this.account=account;this.group=group}async mergeInto(queue){const merged=this.
requests.mergeInto(queue.requests);this.#successor=queue;this.#waker.abort();await merged}async acquire({signal,maxWaitMs=Infinity,
log}){const now=performance.now();const paced=this.#pacedUntil>now?this.#nextAt-now+this.#waiting*this.#pace:0;const blocked=Math.
max(this.#blockedUntil-now,paced);if(this.#waiting>=MAX_WAITING){throw rateLimited(Math.max(blocked,MIN_RETRY_AFTER_MS),
`${MAX_WAITING} requests of this account are waiting already; send fewer at once, or set INTEGRATION_AUTH_BITBUCKET_RATE\
_LIMIT to what Bitbucket allows`)}if(blocked>maxWaitMs)throw rateLimited(blocked);this.#waiting+=1;try{const until=now+maxWaitMs;
await unlessAborted(this.#admission(()=>this.#admit(signal,until,log)),signal)}finally{this.#waiting-=1}}async applyUpdate({
limit,used,pause,pace}){const now=performance.now();if(limit!==void 0)this.limit=limit;if(pause===void 0)this.onAccepted();else if(pace===
void 0)this.#retryAfterUntil=Math.max(this.#retryAfterUntil,now+pause);else if(now>=this.#pausedUntil){this.refusals+=1;
this.#pausedUntil=now+pause;this.#pacedUntil=now+HOUR_MS;this.#pace=pace}if(limit!==void 0||pause!==void 0){this.#blockedUntil=
0;this.#waker.abort();this.#waker=new AbortController}if(used!==void 0)await this.requests.recordUnknown(used)}onAccepted(){
if(performance.now()>=this.#pausedUntil)this.refusals=0}isEvictable(now){const isOpen=Math.max(this.#retryAfterUntil,this.#pausedUntil,
this.#pacedUntil)<=now;return this.#waiting===0&&isOpen&&this.requests.isEmpty}async#admit(signal,until,log){while(!signal?.
aborted){const now=performance.now();if(this.#successor)return this.#successor.acquire({signal,maxWaitMs:until-now,log});
const waker=this.#waker.signal;const blocked=this.#blockedBy(now);const{wait,number}=blocked??await this.requests.acquire(
this.limit);if(number!==void 0&&wait<=0){if(!signal?.aborted&&!this.#successor)return this.#onAdmitted(now);await this.requests.
cancel(number);continue}const reason=blocked?.reason??"used up";if(wait>LOGGED_WAIT_MS)this.#log(reason,wait,log);if(now+
wait>until||reason==="retry-after"&&!(0,import_core20.core)().honorsRetryAfter(wait))throw rateLimited(wait);this.#blockedUntil=
now+wait;const ends=AbortSignal.any([waker,...signal?[signal]:[]]);await(0,import_promises2.setTimeout)(wait,void 0,{signal:ends}).
catch(()=>{})}}#blockedBy(now){if(this.#retryAfterUntil>now)return{wait:this.#retryAfterUntil-now,reason:"retry-after"};
const at=Math.max(this.#pausedUntil,this.#pacedUntil>now?this.#nextAt:0);return at>now?{wait:at-now,reason:"refused"}:void 0}#onAdmitted(now){
if(this.#pacedUntil>now)this.#nextAt=now+this.#pace;else this.#loggedReason=void 0}#log(reason,wait,log){if(!log||this.#loggedReason===
reason)return;this.#loggedReason=reason;const time=new Date(Date.now()+wait).toISOString();log({"used up":`Bitbucket's r\
ate limit (${this.limit} an hour) is used up until ${time}. Waiting requests: ${this.#waiting}. INTEGRATION_AUTH_BITBUCK\
ET_RATE_LIMIT sets the limit.`,refused:`Bitbucket rejects this account's requests, because the account has used up its r\
ate limit, perhaps through other programs. The plugin sends the next request at ${time}, and then one request at a time.\
 Waiting requests: ${this.#waiting}.`,"retry-after":`Bitbucket asks this account to wait until ${time}. Its requests wai\
t for up to a minute; if they would have to wait longer, they fail with API_RATE_LIMITED.`}[reason])}}}});function rateLimiterOf(environment){const{rateLimit}=environment;if(rateLimit===void 0)return void 0;let limiter=limitersByEnvironment.
get(environment);if(!limiter)limitersByEnvironment.set(environment,limiter=findLimiter(environment,rateLimit));return limiter}
function findLimiter({isRateLimitConfigured,redis,client},rateLimit){const key=client?.deriveKey("rate-limit");const name=JSON.
stringify([rateLimit,isRateLimitConfigured,redis,hash(key,"")]);let limiter=limiters.get(name);if(!limiter){limiter=new RateLimiter(
{rateLimit,isRateLimitConfigured,redis,key});limiters.set(name,limiter)}return limiter}function hash(key,text){return(0,import_node_crypto3.createHmac)(
"sha256",key??"").update(text).digest("base64url")}var import_node_crypto3,import_core21,SWEEP_MS,limiters,limitersByEnvironment,
RateLimiter;var init_rate_limit=__esm({"js/rate-limit.js"(){import_node_crypto3=require("node:crypto");import_core21=require("./shared.cjs");
init_request_log();init_request_queue();SWEEP_MS=70*60*1e3;limiters=new Map;limitersByEnvironment=new WeakMap;RateLimiter=
class{#settings;#redisLogs;#queues=new Map;#accounts=new Map;#sweptAt=performance.now();constructor(settings){this.#settings=
settings;const{redis}=settings;this.#redisLogs=redis&&new RedisRequestLogs(redis,()=>Array.from(this.#queues.values(),({
requests:requests2})=>requests2))}acquire(account,group,options={}){return this.#queueOf(account,group).acquire(options)}async onResponse(account,group,{
status,headers}){const limit=headers["x-ratelimit-limit"];const near=headers["x-ratelimit-nearlimit"];const queue=this.#queueOf(
account,group);if(status<400&&limit===void 0&&near===void 0){queue.onAccepted();return}const{isRateLimitConfigured}=this.#settings;
await queue.applyUpdate((0,import_core21.core)().rateLimitUpdate(status,limit,near,headers["retry-after"],queue.limit,isRateLimitConfigured,
queue.refusals,Date.now()))}async resolveAccount(name,fetchAccount2){if(this.#accounts.has(name))return;this.#accounts.set(
name,void 0);const account=await fetchAccount2();if(account===void 0||account===name)return;const queues=[...this.#queues].
filter(([,queue])=>queue.account===name);await Promise.all(queues.map(async([key,queue])=>{await queue.mergeInto(this.#queueOf(
account,queue.group));this.#queues.delete(key)}));this.#accounts.set(name,account)}#queueOf(name,group){this.#sweep();const account=this.#accounts.
get(name)??name;const key=`${group} ${account}`;let queue=this.#queues.get(key);if(!queue){const requests2=new AccountRequestLog(
hash(this.#settings.key,key),this.#redisLogs);queue=new RequestQueue(Number(this.#settings.rateLimit),requests2,account,
group);this.#queues.set(key,queue)}return queue}#sweep(){const now=performance.now();if(now-this.#sweptAt<SWEEP_MS)return;
this.#sweptAt=now;for(const[key,queue]of this.#queues){if(queue.isEvictable(now))this.#queues.delete(key)}const accounts=new Set(
[...this.#queues.values()].map(({account})=>account));for(const[name,account=name]of this.#accounts){if(!accounts.has(account))
this.#accounts.delete(name)}}}}});function decidePublication({fence},{place,isFirst,newest,highest,isLast,own}){return(0,import_core22.core)().decidePublication(
fence,place,isFirst,newest,highest,isLast,own)}function versionOf({value,fence}){const{obtainedAt,expiresAt}=value;return[
obtainedAt,expiresAt,"dead"in value,fence]}function formatPosition({place,isFirst,newest,highest,isLast,own}){return[place,
Number(isFirst),newest,highest,Number(isLast),own].join(" ")}function parsePosition(text){const[place,isFirst,newest,highest,
isLast,own]=text.split(" ");return{place,isFirst:isFirst==="1",newest:Number(newest),highest:Number(highest),isLast:isLast===
"1",own:Number(own)}}var import_core22;var init_publication=__esm({"js/coordination/publication.js"(){import_core22=require("./shared.cjs")}});function ageOf(at){const ago=Date.now()-at;return ago<REMEMBERED_MS&&ago>=-CLOCK_TOLERANCE_MS?Math.max(ago,0):void 0}function positionIn(isNewest,isSame,isOfChain){
if(isNewest)return"newest";if(isSame)return"superseded";return isOfChain?"predecessor":"unrelated"}var MAX_KEYS,CHAIN_LIFETIME_MS,
SWEEP_MS2,REMEMBERED_MS,CLOCK_TOLERANCE_MS,MemoryTokenStore;var init_memory_store=__esm({"js/coordination/memory-store.j\
s"(){init_publication();MAX_KEYS=24;CHAIN_LIFETIME_MS=90*24*60*60*1e3;SWEEP_MS2=60*60*1e3;REMEMBERED_MS=30*60*1e3;CLOCK_TOLERANCE_MS=
1e3;MemoryTokenStore=class{#chains=new Map;#locked=new Set;#fence=0;#refusedAt=new Map;#grantedAt=-Infinity;#sweptAt=Date.
now();async lock(key){if(this.#locked.has(key))return void 0;this.#locked.add(key);let held=true;this.#fence+=1;return{fence:this.#fence,
isHeld:()=>held,release:async()=>{if(held)this.#locked.delete(key);held=false}}}async find(key){return this.findLocal(key)}findLocal(key){
return this.#chains.get(key)?.entry}async publish(key,entry){this.#sweep();const{step,isNewest}=decidePublication(entry,
this.positionOf(key,entry.key));const isOutdated=step==="none"||step==="join";const newest=isNewest?entry:this.findLocal(
isOutdated?key:entry.key);this.#mergeChains(key,entry.key,newest??entry);return isNewest}positionOf(key,own){const known=this.#chains.
get(key);const joined=this.#chains.get(own);const newest=known?.entry.key??key;const fence=known?.entry.fence??0;return{
place:positionIn(newest===own,key===own,joined!==void 0&&joined===known),isFirst:newest===key,newest:fence,highest:fence,
isLast:joined===void 0||joined.entry.key===own,own:joined?.entry.fence??0}}setNewest(key,entry){this.#mergeChains(key,entry.
key,entry)}newestKeys(){return[...new Set(this.#chains.values())].flatMap(({keys})=>keys.slice(-2))}#mergeChains(key,other,entry){
const chain=this.#chains.get(key)??{entry,keys:[key],publishedAt:0};const isOutdated=chain.entry.key===entry.key&&other!==
entry.key;chain.entry=entry;chain.publishedAt=Date.now();const joined=[...this.#chains.get(other)?.keys??[],other];const older=new Set(
isOutdated?[...joined,...chain.keys]:[...chain.keys,...joined]);older.delete(entry.key);const keys=[...older,entry.key];
for(const dropped of keys.slice(0,-MAX_KEYS))this.#chains.delete(dropped);chain.keys=keys.slice(-MAX_KEYS);for(const each of chain.
keys)this.#chains.set(each,chain)}async recordRefusal(key){this.#refusedAt.delete(key);this.#refusedAt.set(key,Date.now());
const[first]=this.#refusedAt.keys();if(this.#refusedAt.size>2&&first!==void 0)this.#refusedAt.delete(first)}async recordGrant(agoMs){
this.#grantedAt=Math.max(this.#grantedAt,Date.now()-agoMs)}async tokenEndpointHistory(key){const refused=this.recentRefusals();
const others=refused.filter(refusal=>refusal.key!==key);return{refusedAgo:refused.at(-1)?.agoMs,othersRefusedAgo:others.
at(-1)?.agoMs,grantedAgo:this.lastGrantAge()}}recentRefusals(){return[...this.#refusedAt].flatMap(([key,at])=>{const agoMs=ageOf(
at);return agoMs===void 0?[]:[{key,agoMs}]})}lastGrantAge(){return ageOf(this.#grantedAt)}async close(){this.#chains.clear()}#sweep(){
const now=Date.now();if(now-this.#sweptAt<SWEEP_MS2)return;this.#sweptAt=now;for(const[key,{publishedAt}]of this.#chains){
if(now-publishedAt>CHAIN_LIFETIME_MS)this.#chains.delete(key)}}}}});var HIGHEST_FENCE,PRELUDE,GUARD,CHECK,GUARDED,SCRIPTS2;var init_redis_scripts=__esm({"js/coordination/redis-scripts.js"(){
init_memory_store();HIGHEST_FENCE=1e12;PRELUDE=`
  local prefix = KEYS[1]
  local function text(name)
    local value = redis.pcall('GET', prefix .. name)
    return type(value) == 'string' and value or ''
  end
  local function counted(digits)
    local number = tonumber(digits) or 0
    return number <= ${HIGHEST_FENCE} and number or 0
  end
  local function follow(key)
    local highest, passed = 0, { [key] = true }
    for _ = 1, 5000 do
      local fence, newer = string.match(text('next:' .. key), '^(%d+) (.+)$')
      if not fence or passed[newer] then break end
      key = newer
      passed[key] = true
      highest = math.max(highest, counted(fence))
    end
    return key, highest, passed
  end
  local function pair(key)
    return text('pair:' .. key)
  end
  local function fence_of(key)
    return counted(string.match(pair(key), '^(%d+) '))
  end
  local function raise_fence(seen, by, limit)
    local counter = counted(text('fence'))
    if counter == 0 then
      -- The counter was lost, and maybe no process knows its value. The time in hundredths of seconds is higher, as loc\
ks are rarer.
      local clock = redis.call('TIME')
      counter = clock[1] * 100 + math.floor(clock[2] / 10000)
    end
    local fence = math.max(counter, tonumber(seen)) + by
    redis.call('SET', prefix .. 'fence', string.format('%.0f', fence), 'PX', limit)
    return fence
  end
`;GUARD=`
  if redis.pcall('GET', KEYS[2]) ~= ARGV[1] then return 'lost' end
  local args = { unpack(ARGV, 2) }
`;CHECK=`
  local seen, limit = unpack(ARGV)
  -- First, because Redis lets a script that has written something continue when its memory is full.
  raise_fence(seen, 0, limit)
  local name = prefix .. 'check'
  redis.call('SET', name, redis.call('TIME')[1])
  redis.call('PEXPIRE', name, 60000)
  redis.call('PTTL', name)
  redis.call('DEL', name)
  redis.call('GET', name)
`;GUARDED={acquire:`
    local key, owner, lock_limit, seen, limit = unpack(args)
    local name = prefix .. 'lock:' .. key
    if not redis.call('SET', name, owner, 'NX', 'PX', lock_limit) then
      local rest = redis.call('PTTL', name)
      if rest < 0 or rest > tonumber(lock_limit) then redis.call('PEXPIRE', name, lock_limit) end
      return 0
    end
    return raise_fence(seen, 1, limit)
  `,extend:`
    local key, owner, limit = unpack(args)
    if text('lock:' .. key) ~= owner then return 0 end
    return redis.call('PEXPIRE', prefix .. 'lock:' .. key, limit)
  `,release:`
    local key, owner = unpack(args)
    if text('lock:' .. key) ~= owner then return 0 end
    return redis.call('DEL', prefix .. 'lock:' .. key)
  `,refusals:`
    local key, refused_ago, granted_ago = args[1], tonumber(args[2]), tonumber(args[3])
    local clock = redis.call('TIME')
    local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
    local function remembered(time)
      time = tonumber(time) or 0
      return time > now - ${REMEMBERED_MS} and time <= now + ${CLOCK_TOLERANCE_MS} and time or 0
    end
    local function ago(time)
      return time > 0 and math.max(now - time, 0) or -1
    end
    local granted, last, another, last_key = string.match(text('refusals'), '^(%d+) (%d+) (%d+) (.*)$')
    granted, last, another = remembered(granted), remembered(last), remembered(another)
    if granted_ago >= 0 then granted = math.max(granted, remembered(now - granted_ago)) end
    local refused = refused_ago >= 0 and remembered(now - refused_ago) or 0
    if refused > 0 and last > 0 and key == last_key then
      last = math.max(last, refused)
    elseif refused > 0 and refused >= last then
      last, another, last_key = refused, last, key
    else
      another = math.max(another, refused)
    end
    if refused_ago >= 0 or granted_ago >= 0 then
      local value = string.format('%.0f %.0f %.0f %s', granted, last, another, last_key or '')
      redis.call('SET', prefix .. 'refusals', value, 'PX', ${REMEMBERED_MS})
    end
    return { ago(last), ago(key == last_key and another or last), ago(granted) }
  `,find:`
    local key, theirs = unpack(args)
    local newest, _, passed = follow(key)
    local known = theirs == '' or passed[theirs] or follow(theirs) == newest
    return { newest, pair(newest), known and 1 or 0 }
  `,publish:`
    local key, own, expected, step, by, fence, value, pair_limit, pointer_limit = unpack(args)
    local newest, highest, passed = follow(key)
    local last, weight, beyond = follow(own)
    local place = newest == own and 'newest' or passed[own] and 'superseded' or beyond[key] and 'predecessor'
      or last == newest and 'predecessor-of-newest' or 'unrelated'
    local fence_of_newest = fence_of(newest)
    local seen = string.format('%s %d %.0f %.0f %d %.0f', place, newest == key and 1 or 0, fence_of_newest,
      math.max(highest, fence_of_newest), last == own and 1 or 0, math.max(weight, fence_of(last)))
    local reply = { seen, newest, pair(newest), last, pair(last) }
    if seen ~= expected then return reply end
    local function point(from, to)
      redis.call('SET', prefix .. 'next:' .. from, string.format('%.0f %s', by, to), 'PX', pointer_limit)
      redis.call('DEL', prefix .. 'pair:' .. from)
    end
    if step == 'join' then
      point(last, newest)
    elseif step == 'follow' or step == 'follow-anew' or step == 'precede' then
      if step == 'follow-anew' then redis.call('DEL', prefix .. 'next:' .. own) end
      point(newest, own)
      if newest ~= key then point(key, own) end
    end
    if value == '' then return reply end
    redis.call('SET', prefix .. 'pair:' .. own, string.format('%.0f %s', fence, value), 'PX', pair_limit)
    return { seen }
  `};SCRIPTS2=Object.fromEntries([["check",PRELUDE+CHECK],...Object.entries(GUARDED).map(([name,lua])=>[name,PRELUDE+GUARD+
lua])].map(([name,lua])=>[name,{lua,numberOfKeys:2}]))}});function additionalData(key,fence,predecessor){return Buffer.from(predecessor===void 0?`nocodb-bitbucket-auth pair 1 ${key}`:
`nocodb-bitbucket-auth pair 2 ${JSON.stringify([key,fence,predecessor])}`)}var import_node_crypto4,CIPHER,NONCE_LENGTH,TAG_LENGTH,
EntryCipher;var init_entry_cipher=__esm({"js/coordination/entry-cipher.js"(){import_node_crypto4=require("node:crypto");
init_redis_scripts();CIPHER="aes-256-gcm";NONCE_LENGTH=12;TAG_LENGTH=16;EntryCipher=class{#key;constructor(key){this.#key=
key}encrypt({key,value,fence},predecessor){const nonce=(0,import_node_crypto4.randomBytes)(NONCE_LENGTH);const cipher=(0,import_node_crypto4.createCipheriv)(
CIPHER,this.#key,nonce,{authTagLength:TAG_LENGTH});cipher.setAAD(additionalData(key,fence,predecessor));const text=[cipher.
update(JSON.stringify(value),"utf8"),cipher.final()];return Buffer.concat([nonce,...text,cipher.getAuthTag()]).toString(
"base64url")}decrypt(key,text){const[,digits,predecessor,ciphertext]=/^(\d+) (?:(.*) )?(\S+)$/.exec(String(text))??[];const fence=Number(
digits);if(typeof key!=="string"||ciphertext===void 0||!(fence<=HIGHEST_FENCE))return void 0;const bytes=Buffer.from(ciphertext,
"base64url");if(bytes.length<NONCE_LENGTH+TAG_LENGTH)return void 0;try{const decipher=(0,import_node_crypto4.createDecipheriv)(
CIPHER,this.#key,bytes.subarray(0,NONCE_LENGTH),{authTagLength:TAG_LENGTH});decipher.setAAD(additionalData(key,fence,predecessor)).
setAuthTag(bytes.subarray(-TAG_LENGTH));const decrypted=Buffer.concat([decipher.update(bytes.subarray(NONCE_LENGTH,-TAG_LENGTH)),
decipher.final()]);return{key,value:JSON.parse(decrypted.toString("utf8")),fence}}catch{return void 0}}}}});function smallerOf(local,shared=UNKNOWN){return shared===UNKNOWN?local:Math.min(local??Infinity,shared)}async function checkScripts(redis,prefix,marker,args){
const keys=[prefix,marker.name];await run2(redis,"check",keys,args);await run2(redis,"check",keys,args)}function run2(redis,name,[
prefix="",markerKey=""],args){return redis[name](prefix,markerKey,...args)}var import_node_crypto5,import_core23,SECOND,
HOUR,DAY,LIMITS2,UNKNOWN,MAX_RACES,MAX_PENDING,RedisTokenStore;var init_redis_store=__esm({"js/coordination/redis-store.\
js"(){import_node_crypto5=require("node:crypto");import_core23=require("./shared.cjs");init_entry_cipher();init_memory_store();
init_publication();init_redis_connection();init_redis_scripts();SECOND=1e3;HOUR=60*60*SECOND;DAY=24*HOUR;LIMITS2={lock:6*
SECOND,operation:SECOND,connection:2*SECOND,reconnection:5*SECOND,watch:5*SECOND,pointer:30*DAY,pair:95*DAY};UNKNOWN=-1;
MAX_RACES=5;MAX_PENDING=1e5;RedisTokenStore=class{#memory=new MemoryTokenStore;#limits;#isClosed=false;#prefix;#connection;#cipher;#fence=0;#marker;#pending=new Set;#held=new Set;constructor(options){
this.#cipher=new EntryCipher(options.encryptionKey);this.#limits={...LIMITS2,...options.limits};this.#prefix=`nocodb-bit\
bucket-auth:{${options.namespace}}:`;this.#connection=new RedisConnection({url:options.url,variable:options.variable,database:options.
database,searchesDatabase:options.searchesDatabase,otherDatabases:options.otherDatabases,limits:this.#limits,scripts:SCRIPTS2,
log:options.log,without:"refreshes tokens on its own",markerKey:`${this.#prefix}life`,check:(redis,marker)=>this.#check(
redis,marker),onAvailable:()=>void this.#publishPending()})}async lock(key){const own=await this.#memory.lock(key);if(!own)
return void 0;const{lock:limit,pair}=this.#limits;const owner=(0,import_node_crypto5.randomBytes)(16).toString("base64ur\
l");await this.#connection.connected();const sentAt=performance.now();const fence=await this.#run("acquire",[key,owner,limit,
this.#fence,pair]);if(fence===0){await own.release();return void 0}if(typeof fence!=="number")return{...own,fence:0};this.#noteFence(
fence);let heldUntil=sentAt+limit;const extend=async()=>{const sent=performance.now();const extended=await this.#run("ex\
tend",[key,owner,limit],{isAwaited:false});if(extended===1)heldUntil=sent+limit;if(extended===0)end()};const heartbeat=setInterval(
extend,limit/3).unref();const end=()=>{heldUntil=-Infinity;clearInterval(heartbeat);this.#held.delete(end)};this.#held.add(
end);const isHeld=()=>{if(performance.now()>=heldUntil)end();return this.#held.has(end)};return{fence,isHeld,release:async()=>{
if(isHeld()){end();await this.#run("release",[key,owner])}await own.release()}}}async find(key){const before=this.#memory.
findLocal(key);const reply=await this.#run("find",[key,before?.key??""]);const shared=this.#decrypt(reply?.[0],reply?.[1]);
const local=this.#memory.findLocal(key)??(shared&&this.#memory.findLocal(shared.key));if(!reply||!(shared||local))return local;
if(local&&(!shared||this.#isMissingInRedis(local,shared,local===before&&reply[2]===1))){await this.#publishToRedis(key,local);
return this.findLocal(key)??this.findLocal(local.key)}if(shared)this.#memory.setNewest(key,shared);return shared??local}findLocal(key){
return this.#memory.findLocal(key)}async publish(key,entry){const known=this.#memory.findLocal(key);const fence=entry.fence===
0&&known?.key===key?known.fence:entry.fence;const fenced={...entry,fence};const expected=this.#memory.positionOf(key,fenced.
key);const isNewest=await this.#memory.publish(key,fenced);return await this.#publishToRedis(key,fenced,expected)??isNewest}async recordRefusal(key){
await Promise.all([this.#run("refusals",[key,0,UNKNOWN]),this.#memory.recordRefusal(key)])}async recordGrant(agoMs){await Promise.
all([this.#run("refusals",["",UNKNOWN,agoMs]),this.#memory.recordGrant(agoMs)])}async tokenEndpointHistory(key){const[shared,
local]=await Promise.all([this.#run("refusals",[key,UNKNOWN,UNKNOWN]),this.#memory.tokenEndpointHistory(key)]);const[refused,
othersRefused,granted]=shared??[];return{refusedAgo:smallerOf(local.refusedAgo,refused),othersRefusedAgo:smallerOf(local.
othersRefusedAgo,othersRefused),grantedAgo:smallerOf(local.grantedAgo,granted)}}async close(){this.#isClosed=true;for(const end of this.#held)
end();this.#connection.close();this.#pending.clear();await this.#memory.close()}async#publishToRedis(key,entry,expected=this.#memory.
positionOf(key,entry.key),options){const{pair,pointer}=this.#limits;this.#noteFence(entry.fence);const encrypted=`${key}\
 ${this.#cipher.encrypt(entry,key)}`;for(let races=0,position=expected;races<MAX_RACES;races+=1){const{step,linkFence,isNewest}=decidePublication(
entry,position);const args=[formatPosition(position),step,linkFence,entry.fence,isNewest?encrypted:"",pair,pointer];const reply=await this.#run(
"publish",[key,entry.key,...args],options);if(!reply)break;const[seen,newest,ofNewest,last,ofLast]=reply;if(seen===formatPosition(
position)){this.#pending.delete(key);const winner=()=>step==="precede"?this.#decrypt(last,ofLast):this.#decrypt(newest,ofNewest);
return isNewest||this.#adoptWinner(key,entry,winner())}position=parsePosition(seen)}this.#postpone(key);return void 0}#adoptWinner(key,entry,winner){
const known=this.findLocal(key)??this.findLocal(entry.key);if(winner&&(0,import_core23.core)().isEntryNewer(...versionOf(
entry),...versionOf(winner)))return true;if(winner&&known?.key===entry.key){this.#memory.setNewest(entry.key,winner);this.#memory.
setNewest(key,winner)}return false}#isMissingInRedis(local,shared,isLinked){const isSame=local.key===shared.key;const isKnown=isSame?
!this.#pending.has(local.key):isLinked;return(0,import_core23.core)().isMissingFromSharedStore(...versionOf(local),...versionOf(
shared),isSame,isKnown)}#postpone(key){if(this.#isClosed)return;this.#pending.add(key);const[oldest]=this.#pending;if(this.#pending.
size>MAX_PENDING&&oldest!==void 0)this.#pending.delete(oldest)}async#publishPending(){await this.#publishHistory();for(const key of[
...this.#pending]){if(!this.#connection.isAvailable)return;const entry=this.#memory.findLocal(key);if(entry)await this.#publishToRedis(
key,entry,void 0,{isAwaited:false});else this.#pending.delete(key)}}async#publishHistory(){const isAwaited=false;for(const{
key,agoMs:agoMs2}of this.#memory.recentRefusals()){await this.#run("refusals",[key,agoMs2,UNKNOWN],{isAwaited})}const agoMs=this.#memory.
lastGrantAge();if(agoMs!==void 0)await this.#run("refusals",["",UNKNOWN,agoMs],{isAwaited})}#noteFence(fence){if(fence<=
HIGHEST_FENCE)this.#fence=Math.max(this.#fence,fence)}async#run(name,args,options){return this.#connection.use(async(redis,marker)=>{
const reply=await run2(redis,name,[this.#prefix,marker.name],[marker.value,...args]);return reply==="lost"?DATA_LOST:reply},
options)}async#check(redis,marker){await checkScripts(redis,this.#prefix,marker,[this.#fence,this.#limits.pair]);if(this.#marker!==
void 0&&marker.value!==this.#marker){for(const key of this.#memory.newestKeys())this.#pending.add(key)}this.#marker=marker.
value}#decrypt(key,text){const entry=this.#cipher.decrypt(key,text);if(entry)this.#noteFence(entry.fence);return entry}}}});var import_promises3,import_core24,CLIENT_KEY,POLL_MS,LOCK_RETRY_MS,RefreshQueue;var init_refresh_queue=__esm({"js/refre\
sh-queue.js"(){import_promises3=require("node:timers/promises");import_core24=require("./shared.cjs");CLIENT_KEY="client";
POLL_MS=1e3;LOCK_RETRY_MS=200;RefreshQueue=class{#queue;#sharedStore;#waiting=new Map;#isAdmitting=false;constructor(sharedStore,lockoutMs){
this.#sharedStore=sharedStore;this.#queue=new((0,import_core24.core)()).RefreshQueue(lockoutMs)}enqueue(priority){return new Promise(
resolve=>{this.#waiting.set(this.#queue.enqueue(priority),resolve);void this.#admitAll()})}waitTime(){return this.#queue.
waitTime(performance.now())}async#admitAll(){if(this.#isAdmitting)return;this.#isAdmitting=true;const{RefreshAdmission}=(0,import_core24.core)();
for(;;){await this.#applyHistory();const now=performance.now();const admission=this.#queue.admission(now);if(admission===
RefreshAdmission.First)this.#admit();else if(admission===RefreshAdmission.FirstExclusive)await this.#admitExclusively();else if(admission===
RefreshAdmission.NoneYet){await(0,import_promises3.setTimeout)(Math.min(this.#queue.waitTime(now),POLL_MS),void 0,{ref:false})}else
break}this.#isAdmitting=false}async#admitExclusively(){const lock=await this.#sharedStore.lock(CLIENT_KEY);if(!lock){await(0,import_promises3.setTimeout)(
LOCK_RETRY_MS*(1+Math.random())/2,void 0,{ref:false});return}await this.#applyHistory();if(this.#queue.admission(performance.
now())===(0,import_core24.core)().RefreshAdmission.FirstExclusive)this.#admit(lock);else await lock.release()}#admit(lock){
const ticket=this.#queue.admitFirst(lock!==void 0);if(ticket===void 0)return;const end=report=>{report();void lock?.release();
void this.#admitAll()};this.#waiting.get(ticket)?.({granted:sentAt=>end(()=>this.#queue.onGranted(sentAt,performance.now())),
refused:()=>end(()=>this.#queue.onRefused(performance.now())),failed:()=>end(()=>this.#queue.onFailed(performance.now()))});
this.#waiting.delete(ticket)}async#applyHistory(){const{refusedAgo,grantedAgo}=await this.#sharedStore.tokenEndpointHistory(
CLIENT_KEY);this.#queue.applyUpdate(refusedAgo,grantedAgo,performance.now())}}}});var import_promises4,import_core25,import_error9,RefreshCycle;var init_refresh_cycle=__esm({"js/refresh-cycle.js"(){import_promises4=
require("node:timers/promises");init_activity();import_core25=require("./shared.cjs");import_error9=require("./shared.cjs");
init_token_endpoint();init_token_store();RefreshCycle=class{#keeper;#connection;#state;stores=new Set;#lock;#permit;constructor(keeper,connection,state){
this.#keeper=keeper;this.#connection=connection;this.#state=state}async run(){const{RefreshAction,RefreshEvent}=(0,import_core25.core)();
try{for(let{action}=this.#state.policy;;){switch(action){case RefreshAction.AcquireLock:await this.#unlock();this.#lock=
await this.#keeper.sharedStore.lock(this.#state.key);action=this.#handle(this.#lock?RefreshEvent.LockAcquired:RefreshEvent.
LockBusy);break;case RefreshAction.FindSuccessor:action=await this.#underLock(()=>this.#findSuccessor());break;case RefreshAction.
Enqueue:this.#permit=await this.#keeper.queue.enqueue(this.#state.policy.priority(Date.now()));action=this.#handle(RefreshEvent.
Admitted);break;case RefreshAction.RequestTokens:action=await this.#underLock(()=>this.#refresh());break;case RefreshAction.
JudgeRefusal:action=await this.#judgeRefusal();break;case RefreshAction.SaveTokens:action=await this.#underLock(()=>this.#save());
break;case RefreshAction.Publish:action=this.#handle(await this.#publish()?RefreshEvent.Published:RefreshEvent.Superseded);
break;case RefreshAction.WriteTombstone:action=await this.#publishTombstone();break;case RefreshAction.ReportSaveFailure:
logUnsavedTokens(this.stores,this.#state.policy.generation,this.#connection);action=this.#handle(RefreshEvent.Reported);
break;case RefreshAction.Wait:await(0,import_promises4.setTimeout)(this.#state.policy.waitDuration(Date.now()),void 0,{ref:false});
action=this.#handle(RefreshEvent.WaitEnded);break;default:return}}}finally{this.#permit?.failed();this.#permit=void 0;await this.#unlock()}}#handle(event){
return this.#state.policy.handle(event,Date.now(),Math.random())}async#unlock(){const lock=this.#lock;this.#lock=void 0;
await lock?.release()}async#underLock(work){if(this.#lock?.isHeld())return work();this.#returnPermit(permit=>permit.failed());
return this.#handle((0,import_core25.core)().RefreshEvent.LockLost)}async#findSuccessor(){const{RefreshEvent}=(0,import_core25.core)();
const found=await this.#keeper.sharedStore.find(this.#state.key);const{policy,key:ownKey,tokens}=this.#state;const{key=ownKey,
value=tokens}=found??{};const{accessToken,obtainedAt,expiresAt,diedAt}=value;const isSame=key===ownKey;const kind=(0,import_core25.core)().
classifyEntry("refreshToken"in value,"dead"in value,isSame,accessToken===tokens.accessToken);if(kind==="tombstone")return policy.
onTombstoneFound(diedAt,Date.now(),Math.random());if(kind==="tokens"){return this.#adoptIfAccepted(value,key,()=>policy.
onSuccessorFound(obtainedAt,expiresAt,isSame,Date.now(),Math.random()))}return policy.isRefused?this.#findInStores():this.#handle(
RefreshEvent.NoSuccessor)}async#findInStores(){const{RefreshEvent}=(0,import_core25.core)();const{policy,key:before}=this.#state;
const found=await loadFromStores(this.stores,this.#connection);if(!hasAttachedStore(this.stores))return this.#handle(RefreshEvent.
NoStoreLeft);if(!found)return this.#handle(RefreshEvent.NoSuccessor);const action=this.#adoptIfAccepted(found,this.#keeper.
keyOf(found.refreshToken),()=>policy.onRowTokensFound(found.obtainedAt,found.expiresAt,Date.now(),Math.random()));if(this.#state.
key!==before)await this.#keeper.sharedStore.publish(before,this.#entryOf(this.#state.tokens));return action}#adoptIfAccepted(tokens,key,offer){
const{policy}=this.#state;const{generation}=policy;const action=offer();if(policy.generation!==generation){this.#setTokens(
createTokens(tokens),key);this.#state.publishedKey=key}return action}async#refresh(){const{sharedStore,grant}=this.#keeper;
const{policy}=this.#state;const{activity,name}=this.#connection;const sentAt=performance.now();try{const response=await observeRefresh(
()=>({connection:name,grant}),()=>this.#requestTokens());const action=policy.onRefreshed(response.obtainedAt,response.expiresAt,
Date.now(),Math.random());const tokens=createTokens({refreshToken:this.#state.tokens.refreshToken,...response});this.#setTokens(
tokens,this.#keeper.keyOf(tokens.refreshToken));activity.refreshes+=1;logRefresh(this.stores,this.#connection,performance.
now()-sentAt);this.#returnPermit(permit=>permit.granted(sentAt));void sharedStore.recordGrant(performance.now()-sentAt);
return action}catch(error){if(!(error instanceof import_error9.BitbucketAuthError))throw error;this.#state.lastError=error;
activity.recordError(error);logRefreshFailure(this.stores,this.#connection,error,performance.now()-sentAt);const{code,retryable,
retryAfter}=error;if((0,import_core25.core)().isRefreshTokenRefused(code)){this.#state.refusedAt=performance.now();await sharedStore.
recordRefusal(this.#state.key);this.#returnPermit(permit=>permit.refused())}else this.#returnPermit(permit=>permit.failed());
return policy.onRequestFailed(code,retryable,retryAfter,Date.now(),Math.random())}}#requestTokens(){const{environment,grant}=this.#keeper;
const{refreshToken,scopes}=this.#state.tokens;return requestTokens(environment,client=>client.buildRequestForGrantType(grant,
refreshToken),grant,{refreshToken,scopes})}#returnPermit(report){const permit=this.#permit;this.#permit=void 0;if(permit)
report(permit)}async#judgeRefusal(){const{key,policy,refusedAt}=this.#state;const{othersRefusedAgo}=await this.#keeper.sharedStore.
tokenEndpointHistory(key);return policy.onRefusalJudged(othersRefusedAgo,performance.now()-refusedAt,Date.now(),Math.random())}#setTokens(tokens,key){
const{key:before}=this.#state;this.#state.tokens=tokens;this.#state.key=key;this.#state.lastError=void 0;if(key!==before)
this.#keeper.rename(this.#connection,before,key)}async#publishTombstone(){const{RefreshAction,RefreshEvent}=(0,import_core25.core)();
const{key,tokens}=this.#state;const tombstone=this.#entryOf({...tokens,dead:true,diedAt:Date.now()});const isNewest=await this.#keeper.
sharedStore.publish(key,tombstone);const action=this.#handle(isNewest?RefreshEvent.Published:RefreshEvent.Superseded);if(action===
RefreshAction.Done)logDeadConnection(this.stores,this.#connection);return action}async#publish(){const{sharedStore}=this.#keeper;
const{key,publishedKey}=this.#state;const next=key===publishedKey?void 0:await sharedStore.lock(key);const isNewest=await sharedStore.
publish(publishedKey,this.#entryOf(this.#state.tokens));this.#state.publishedKey=this.#state.key;if(next){await this.#unlock();
this.#lock=next}return isNewest}#entryOf(value){return{key:this.#state.key,value,fence:this.#lock?.fence??0}}async#save(){
const{RefreshEvent}=(0,import_core25.core)();const{policy,tokens}=this.#state;const{generation}=policy;const isSaved=await saveToStores(
this.stores,tokens,generation,this.#connection);this.#state.unsavedGeneration=isSaved?0:generation;return this.#handle(isSaved?
RefreshEvent.Saved:RefreshEvent.SaveFailed)}}}});var Waiters;var init_waiters=__esm({"js/waiters.js"(){Waiters=class{#callbacks=new Set;wait(ms){return new Promise((resolve,reject)=>{
const callback=(hasEnded,error)=>{clearTimeout(timer);this.#callbacks.delete(callback);if(error===void 0)resolve(hasEnded);else
reject(error)};const timer=setTimeout(callback,ms,false);this.#callbacks.add(callback)})}notifyAll(error){for(const callback of[
...this.#callbacks])callback(true,error)}}}});var import_core26,import_error10,ACQUIRE_TIMEOUT_MS,RECHECK_MS,NAME_LENGTH,OLDER,Connection;var init_token_connection=__esm(
{"js/token-connection.js"(){init_activity();import_core26=require("./shared.cjs");import_error10=require("./shared.cjs");
init_refresh_cycle();init_token_store();init_waiters();ACQUIRE_TIMEOUT_MS=5e4;RECHECK_MS=2e3;NAME_LENGTH=8;OLDER=0;Connection=
class{#keeper;#state;name;activity=new Activity;#active;#cycle;#waiters;#timer;#usedAt=Date.now();constructor(keeper,tokens,key){
const{RefreshPolicy}=(0,import_core26.core)();this.#keeper=keeper;this.name=key.slice(0,NAME_LENGTH);this.#state={policy:new RefreshPolicy(
tokens.obtainedAt,tokens.expiresAt,tokens.accessToken!==void 0,keeper.environment.lockoutMs,Date.now()),tokens,key,publishedKey:key,
lastError:void 0,refusedAt:0,unsavedGeneration:0}}attach(tokens,key,store){const now=Date.now();const state=this.#state;
this.#usedAt=now;if(key!==state.key)return;if(tokens.accessToken!==void 0&&tokens.accessToken!==state.tokens.accessToken&&
state.policy.onStoredTokens(tokens.obtainedAt,tokens.expiresAt,now)){state.tokens=tokens}if(store&&tokens.accessToken===
state.tokens.accessToken)markSaved(store,state.policy.generation)}async acquire(store,timeoutMs=ACQUIRE_TIMEOUT_MS){const until=performance.
now()+timeoutMs;for(let generation=store.savedGeneration;;){assertAttached(store);const now=Date.now();const deadline=now+
until-performance.now();if(this.#canUse(this.#state.policy.acquire(generation,deadline,now),store))return this.#activeTokens();
if(await this.#cycleEnded(until))generation=store.offeredGeneration}}async forceRefresh(store,refreshToken=this.#state.tokens.
refreshToken){const{policy,tokens}=this.#state;return this.#refreshAfter(store,refreshToken===tokens.refreshToken?policy.
generation:OLDER)}async replacementFor(store,{generation,accessToken},repetitions){if(!this.#state.policy.onWorkFailed(generation,
repetitions,Date.now()))return void 0;const newer=await this.#refreshAfter(store,generation);return newer.accessToken===
accessToken?void 0:newer}async#refreshAfter(store,generation){assertAttached(store);const{policy}=this.#state;const until=performance.
now()+ACQUIRE_TIMEOUT_MS;for(;;){const now=Date.now();const deadline=now+until-performance.now();if(this.#canUse(policy.
forceRefresh(generation,deadline,now),store))break;await this.#cycleEnded(until);if(policy.generation===generation&&!policy.
isRefreshForced)throw this.#errorFor(policy.failureReason(Date.now()))}return this.acquire(store,until-performance.now())}async newestKnown(){
const entry=await this.#keeper.sharedStore.find(this.#state.key);const{key,policy,tokens}=this.#state;if(!entry||entry.key===
key||"dead"in entry.value)return tokens;const{value}=entry;return policy.isSuccessor(value.obtainedAt,value.expiresAt)?value:
tokens}async ownsRefreshToken(refreshToken){const{sharedStore}=this.#keeper;const key=this.#keeper.keyOf(refreshToken);if(key===
this.#state.key)return true;const[successor,own]=await Promise.all([sharedStore.find(key),sharedStore.find(this.#state.key)]);
return successor!==void 0&&successor.key!==key&&(successor.key===this.#state.key||successor.key===own?.key)}isIdle(){return this.#state.
policy.isIdle(Date.now())}shouldRetryAfter401({generation},repetitions){return this.#state.policy.onUnauthorized(generation,
repetitions,Date.now())}isEvictable(before){const{policy,unsavedGeneration}=this.#state;return this.#usedAt<before&&!this.#cycle&&
unsavedGeneration!==policy.generation}#canUse(decision,store){const{RefreshDecision}=(0,import_core26.core)();if(decision===
RefreshDecision.Use)return true;this.#startCycle(store);if(decision===RefreshDecision.Wait)return false;throw this.#errorFor(
decision)}#errorFor(decision){const{RefreshDecision}=(0,import_core26.core)();const{lastError,policy}=this.#state;switch(decision){case RefreshDecision.
Dead:return lastError?.reauthorize?lastError:(0,import_core26.failure)("RECONNECT_REQUIRED","refresh");case RefreshDecision.
RefreshPending:{const wait=policy.backoff(Date.now())??this.#keeper.queue.waitTime();return(0,import_core26.failure)("RE\
FRESH_PENDING","refresh",wait>0?{retryAfter:Math.ceil(wait)}:{})}case RefreshDecision.RequestFailed:return this.#lastFailure();default:
return(0,import_core26.failure)("REQUEST_TIMEOUT","refresh")}}#lastFailure(){const{lastError,policy}=this.#state;const error=lastError??
(0,import_core26.failure)("REQUEST_FAILED","refresh");const wait=policy.backoff(Date.now());return wait===void 0?error:(0,import_error10.withRetryAfter)(
error,wait)}#activeTokens(){this.#usedAt=Date.now();const{tokens,policy:{generation}}=this.#state;if(this.#active?.generation!==
generation){const{accessToken=""}=tokens;this.#active=Object.freeze({accessToken,generation,tokens})}return this.#active}#cycleEnded(until){
return(this.#waiters??=new Waiters).wait(Math.min(until-performance.now(),RECHECK_MS))}#startCycle(store){if(this.#state.
policy.action===(0,import_core26.core)().RefreshAction.Done)return;if(this.#cycle){this.#cycle.stores.add(store);return}
const cycle=new RefreshCycle(this.#keeper,this,this.#state);cycle.stores.add(store);const end=error=>{this.#cycle=void 0;
this.#waiters?.notifyAll(error);this.#scheduleCycle([...cycle.stores])};this.#cycle=cycle;cycle.run().then(()=>end(),end)}#scheduleCycle(stores){
clearTimeout(this.#timer);const{policy}=this.#state;const wait=policy.backgroundRefreshIn(Date.now());const store=stores.
find(each=>hasAttachedStore([each]));if(wait===void 0||!store)return;const start=()=>{const now=Date.now();if(policy.backgroundRefreshIn(
now)!==0)this.#scheduleCycle(stores);else{policy.acquire(store.savedGeneration,Infinity,now);this.#startCycle(store)}};this.#timer=
setTimeout(start,wait).unref()}}}});function sharedStores(){const shared=globalThis;return shared[SHARED_STORES]??=new Map}function keeperOf(environment){const{
client}=environment;let keeper=keepersByClient.get(client);if(!keeper)keepersByClient.set(client,keeper=findKeeper(environment));
return keeper}function findKeeper(environment){const{client,redis}=environment;const clientKey=client.deriveKey("namespa\
ce");const name=hash2(clientKey,redis?JSON.stringify(redis):"");let keeper=keepers.get(name);if(!keeper){const sharedStore=sharedStores().
get(name)??createSharedStore(environment,hash2(clientKey,""));sharedStores().set(name,sharedStore);keeper=new TokenKeeper(
environment,sharedStore);keepers.set(name,keeper)}return keeper}function createSharedStore(environment,namespace){const{
client,redis}=environment;if(!redis)return new MemoryTokenStore;return new RedisTokenStore({...redis,namespace,encryptionKey:client.
deriveKey("shared-store"),log:warn})}function hash2(key,text){return(0,import_node_crypto6.createHmac)("sha256",key).update(
text).digest().toString("base64url",0,16)}var import_node_crypto6,IDLE_LIFETIME_MS,SWEEP_MS3,SHARED_STORES,keepers,keepersByClient,
TokenKeeper;var init_token_keeper=__esm({"js/token-keeper.js"(){import_node_crypto6=require("node:crypto");init_memory_store();
init_redis_store();init_log_lines();init_refresh_queue();init_token_connection();init_token_store();IDLE_LIFETIME_MS=24*
60*60*1e3;SWEEP_MS3=60*60*1e3;SHARED_STORES=Symbol.for("nocodb-bitbucket-auth/shared-token-stores/1");keepers=new Map;keepersByClient=
new WeakMap;TokenKeeper=class _TokenKeeper{#connections=new Map;#hashKey;#sweptAt=Date.now();#ofClient;constructor(environment,sharedStore,grant="\
refresh_token"){this.environment=environment;this.sharedStore=sharedStore;this.grant=grant;this.queue=new RefreshQueue(sharedStore,
environment.lockoutMs);this.#hashKey=environment.client.deriveKey("refresh-token")}attach(tokens,store){this.#sweep();const key=this.
keyOf(tokens.refreshToken);let connection=this.#connections.get(key);if(!connection){const newest=this.sharedStore.findLocal(
key);connection=newest&&this.#connections.get(newest.key)}if(!connection){connection=new Connection(this,tokens,key);this.#connections.
set(key,connection)}connection.attach(tokens,key,store);return connection}ofClient(){this.#ofClient??=new _TokenKeeper(this.
environment,new MemoryTokenStore,"client_credentials").attach(createTokens({refreshToken:""}));return this.#ofClient}keyOf(refreshToken){
return hash2(this.#hashKey,refreshToken)}rename(connection,before,key){if(this.#connections.get(before)===connection)this.#connections.
delete(before);if(!this.#connections.has(key))this.#connections.set(key,connection)}#sweep(){const now=Date.now();if(now-
this.#sweptAt<SWEEP_MS3)return;this.#sweptAt=now;for(const[key,connection]of this.#connections){if(connection.isEvictable(
now-IDLE_LIFETIME_MS))this.#connections.delete(key)}}}}});function createCredentials(stored,tokens,store,environment){const{client,problems}=environment;const tokenInfo=(0,import_core27.core)().
holdsUserTokens(stored.kind)?tokens:UNKNOWN2;if(!stored.canRefresh)return new Credentials(stored,tokenInfo);if(!client)return new UnrefreshableCredentials(
stored,tokenInfo,problems);const keeper=keeperOf({...environment,client});if(!(0,import_core27.core)().isClientCredentials(
stored.kind))return new RefreshableCredentials(stored,keeper.attach(tokens,store),store);const connection=keeper.ofClient();
rateLimitNames.set(connection,`client ${client.clientId}`);return new RefreshableCredentials(stored,connection,store)}function bearerCredential(tokens){
return{authorization:(0,import_core27.core)().bearer(tokens.accessToken),tokens}}function rateLimitNameOf(connection){const name=rateLimitNames.
get(connection)??`connection ${(0,import_node_crypto7.randomUUID)()}`;rateLimitNames.set(connection,name);return name}var import_node_crypto7,
import_core27,import_digest2,UNKNOWN2,Credentials,UnrefreshableCredentials,RefreshableCredentials,rateLimitNames;var init_credentials=__esm(
{"js/credentials.js"(){import_node_crypto7=require("node:crypto");init_activity();import_core27=require("./shared.cjs");
import_digest2=require("./shared.cjs");init_token_endpoint();init_token_keeper();UNKNOWN2=Object.freeze({});Credentials=
class{#credential;#tokenInfo;constructor({kind,authorization,email,hasUser,hint},tokenInfo=UNKNOWN2){this.kind=kind;this.
email=email;this.hasUser=hasUser;this.hint=hint;this.#credential=authorization===void 0?void 0:{authorization};this.#tokenInfo=
tokenInfo}get name(){return`token ${(0,import_digest2.digest)(this.#credential?.authorization??"").toString("base64url")}`}get connection(){
return void 0}get activity(){return activityOf(this.name)}async newest(_tokenTimeoutMs){return this.#credential}shouldRetryAfter401(_used,_repetitions){
return false}async replacementFor(_used,_repetitions){return void 0}async tokenInfo(){return this.#tokenInfo}};UnrefreshableCredentials=
class extends Credentials{#problems;#expiresAt;constructor(stored,tokenInfo,problems){super(stored,tokenInfo);this.#problems=
problems;this.#expiresAt=tokenInfo.expiresAt}async newest(){const newest=await super.newest();if(newest===void 0||(0,import_core27.core)().
isExpired(this.#expiresAt,Date.now()))throw configFailure(this.#problems);return newest}shouldRetryAfter401(){throw configFailure(
this.#problems)}};RefreshableCredentials=class extends Credentials{#connection;#store;constructor({authorization:_kept,...stored},connection,store){
super(stored);this.#connection=connection;this.#store=store}get name(){return rateLimitNameOf(this.#connection)}get connection(){
return this.#connection}get activity(){return this.#connection.activity}async newest(tokenTimeoutMs){return bearerCredential(
await this.#connection.acquire(this.#store,tokenTimeoutMs))}shouldRetryAfter401({tokens},repetitions){return this.#connection.
shouldRetryAfter401(tokens,repetitions)}async replacementFor({tokens},repetitions){const used=tokens;const newer=await this.#connection.
replacementFor(this.#store,used,repetitions);return newer&&bearerCredential(newer)}tokenInfo(){return this.#connection.newestKnown()}};
rateLimitNames=new WeakMap}});async function runConnectionTest(test,sender,apiUrl,signal){for(let path=test.path;path!==void 0;path=test.path){try{const headers={
accept:"application/json"};const response=await sender({method:"GET",url:apiUrl+path,headers,signal,redirect:"same-origi\
n"});test.onResponse(toApiResponse(response))}catch(error){test.onError(toBitbucketAuthError(error).message)}}}async function fetchAccount(authorization,{
apiUrl,timeoutMs,proxies}){if(apiUrl===void 0)return void 0;try{const credentials=new Credentials({kind:"oauth",authorization,
canRefresh:false,hasUser:true});const test=new((0,import_core28.core)()).ConnectionTest("oauth");const connection=()=>"n\
ew";const sender=createSender({apiUrl,timeoutMs,proxies,credentials,connection});await runConnectionTest(test,sender,apiUrl,
signalAfter(ACCOUNT_TIMEOUT_MS));return test.result?.account}catch{return void 0}}var import_core28,ACCOUNT_TIMEOUT_MS;var init_probe=__esm(
{"js/api/probe.js"(){import_core28=require("./shared.cjs");init_credentials();init_time_limit();init_axios_error();init_sender();
ACCOUNT_TIMEOUT_MS=3e3}});function createThrottle(environment,credentials,info,maxWaitMs){const limiter=rateLimiterOf(environment);return limiter&&
new Throttle(limiter,environment,credentials,info,maxWaitMs)}var import_core29,MIN_COUNTED_WAIT_MS,Throttle;var init_throttle=__esm(
{"js/api/throttle.js"(){import_core29=require("./shared.cjs");init_rate_limit();init_probe();MIN_COUNTED_WAIT_MS=1e3;Throttle=
class{#limiter;#environment;#credentials;#options;#accountName;#canIdentifyAccount;constructor(limiter,environment,credentials,info,maxWaitMs){
this.#limiter=limiter;this.#environment=environment;this.#credentials=credentials;this.#options={maxWaitMs,log:message=>info.
log(message)};this.#accountName=credentials.name;const mayStoreNames=environment.client!==void 0||environment.redis===void 0;
const{email,kind}=credentials;const belongsToUser=email!==void 0||info.account!==void 0&&(0,import_core29.core)().holdsUserTokens(
kind);this.#canIdentifyAccount=mayStoreNames&&belongsToUser}async acquire(group,signal){const from=performance.now();await this.#limiter.
acquire(this.#accountName,group,{...this.#options,signal});if(performance.now()-from>=MIN_COUNTED_WAIT_MS)this.#credentials.
activity.rateLimitWaits+=1}onResponse(group,response){if(this.#canIdentifyAccount&&(0,import_core29.core)().provesCredential(
response.status)){void this.#limiter.resolveAccount(this.#accountName,()=>this.#fetchAccountName())}return this.#limiter.
onResponse(this.#accountName,group,response)}async#fetchAccountName(){const{email}=this.#credentials;if(email!==void 0)return`\
email ${email.toLowerCase()}`;try{const{authorization}=await this.#credentials.newest();const account=await fetchAccount(
authorization,this.#environment);return account?.uuid&&`user ${account.uuid}`}catch{return void 0}}}}});var ApiClientFactory;var init_client_factory=__esm({"js/api/client-factory.js"(){init_token_endpoint();init_client();init_read_ahead();
init_removed_endpoints();init_sender();init_throttle();ApiClientFactory=class{credentials;environment;#connectionInfo;constructor(credentials,environment,connectionInfo){
this.credentials=credentials;this.environment=environment;this.#connectionInfo=connectionInfo}get apiUrl(){const{apiUrl,
problems}=this.environment;if(!apiUrl)throw configFailure(problems.filter(({field})=>field?.endsWith("_API_URL")));return apiUrl}createSender(tokenTimeoutMs,throttle){
const{apiUrl,credentials,environment:{timeoutMs,proxies}}=this;const{title,id}=this.#connectionInfo;const connection=()=>title??
id??credentials.connection?.name??credentials.kind;return createSender({apiUrl,timeoutMs,proxies,credentials,connection,
tokenTimeoutMs,throttle})}createClient({maxWaitMs,tokenTimeoutMs}={}){const{apiUrl,credentials,environment}=this;const throttleInfo={
account:this.#connectionInfo.account,log:text=>this.#connectionInfo.note({level:"WARN",event:"rate-limited",text})};const throttle=createThrottle(
environment,credentials,throttleInfo,maxWaitMs);let withoutWaiting;const sender=readAhead({sender:this.createSender(tokenTimeoutMs,
throttle),sendPrefetch:request=>{withoutWaiting??=this.createSender(tokenTimeoutMs,createThrottle(environment,credentials,
throttleInfo,0));return withoutWaiting(request)},newest:()=>credentials.newest(tokenTimeoutMs)});return createClient({apiUrl,
kind:credentials.kind,activity:()=>credentials.activity,sender:environment.replacesRemoved?this.#withRemovedEndpoints(sender):
sender,isRateLimited:throttle!==void 0,maxWaitMs})}#withRemovedEndpoints(sender){const{apiUrl,credentials}=this;const{workspace}=this.#connectionInfo;
return replaceRemovedEndpoints(sender,{apiUrl,kind:credentials.kind,lists:listCacheOf(credentials.connection??credentials),
...!credentials.hasUser&&workspace&&{workspace},log:(text,event)=>this.#connectionInfo.note({level:"WARN",event,text})})}}}});async function testConnection(clientFactory,config){const{credentials,environment}=clientFactory;const{kind,hint}=credentials;
const deadline=performance.now()+DIALOG_TOKENS_MS;await credentials.newest(DIALOG_TOKENS_MS);const{scopes}=await credentials.
tokenInfo();const{workspace,repository}=(0,import_arguments9.readArgument)(testConnection,"testedConfig",config);const{scopes:granted}=(0,import_arguments9.readArgument)(
testConnection,"previous",{scopes});const test=(0,import_error11.callCore)(testConnection,()=>new((0,import_core30.core)()).
ConnectionTest(kind,workspace,repository,hint,environment.login?.scopes.join(" "),granted||void 0));await runConnectionTest(
test,clientFactory.createSender(deadline-performance.now()),clientFactory.apiUrl);const{expiresAt}=await credentials.tokenInfo();
const result=test.result??{success:false,message:(0,import_core30.failure)("API_FAILED","api").message};return{...result,
...expiresAt!==void 0&&{expiresAt}}}async function connectionStatus({credentials,environment:{client}},{account}){const{
kind,hint}=credentials;const{scopes:storedScopes,expiresAt,obtainedAt}=await credentials.tokenInfo();const{scopes:scopeText}=storedScopes?
(0,import_arguments9.readArgument)(connectionStatus,"scopes",{scopes:storedScopes}):{};const scopes=(0,import_error11.callCore)(
connectionStatus,()=>(0,import_core30.core)().parseScopes(scopeText??""));const isKnown=scopes.length>0;return{kind,...account&&
(0,import_core30.core)().holdsUserTokens(kind)&&{account:(0,import_arguments9.pick)(account,ACCOUNT_MEMBERS)},...isKnown&&
{scopes},...isKnown&&client&&{missingScopes:(0,import_error11.callCore)(connectionStatus,()=>client.missingScopes(scopes.
join(" ")))},...expiresAt!==void 0&&{expiresAt},...obtainedAt!==void 0&&{refreshedAt:obtainedAt},...hint&&{hint},activity:credentials.
activity.counters}}var import_arguments9,import_core30,import_error11,ACCOUNT_MEMBERS;var init_connection_test=__esm({"j\
s/nocodb/connection-test.js"(){init_probe();import_arguments9=require("./shared.cjs");import_core30=require("./shared.cjs");
import_error11=require("./shared.cjs");init_dialog_timeouts();ACCOUNT_MEMBERS=["uuid","nickname","displayName"]}});async function listWorkspaces(clientFactory,configWorkspace,query){const url=pageUrl("/user/workspaces",query);const slug=typeof configWorkspace===
"string"?configWorkspace.trim():"";if(slug&&!clientFactory.credentials.hasUser)return{values:[{slug}]};return readList(clientFactory,
url,WORKSPACE_MEMBERS,value=>value.workspace??value)}async function listRepositories(clientFactory,configWorkspace,query){
const{workspace=configWorkspace}=query;const segment=(0,import_error12.callCore)(listRepositories,()=>(0,import_core31.core)().
workspaceSegment((0,import_arguments10.stringOrUndefined)(workspace)));const url=pageUrl(`/repositories/${segment}`,query);
return readList(clientFactory,url,REPOSITORY_MEMBERS)}function pageUrl(path,{next,page}){if(page===void 0||typeof page===
"string")return(0,import_error12.callCore)(pageUrl,()=>(0,import_core31.core)().pageUrl(path,next,page));const number=typeof page===
"number"?page:NaN;return(0,import_error12.callCore)(pageUrl,()=>(0,import_core31.core)().pageUrl(path,next,void 0,number))}
async function readList(clientFactory,url,names,unwrap=value=>value){try{const client=clientFactory.createClient({maxWaitMs:DIALOG_MS,
tokenTimeoutMs:DIALOG_TOKENS_MS});const pageList=createPageList(client,url);const{values,advance}=await withDialogTimeout(
fetchPage(client,pageList,{},{maxWaitMs:DIALOG_MS}));return{values:values.map(value=>(0,import_arguments10.pick)(unwrap(
(0,import_arguments10.objectOrEmpty)(value)),names)),...advance()&&{next:(0,import_error12.callCore)(readList,()=>pageList.
pageToken)}}}catch(error){throw toBitbucketAuthError(error)}}var import_arguments10,import_core31,import_error12,REPOSITORY_MEMBERS,
WORKSPACE_MEMBERS;var init_lists=__esm({"js/nocodb/lists.js"(){init_axios_error();init_paginate();import_arguments10=require("./shared.cjs");
import_core31=require("./shared.cjs");import_error12=require("./shared.cjs");init_dialog_timeouts();REPOSITORY_MEMBERS=[
"full_name","name","slug","uuid","description","is_private"];WORKSPACE_MEMBERS=["slug","name","uuid"]}});var request_modules_exports={};
__export(request_modules_exports,{ApiClientFactory:()=>ApiClientFactory,connectionStatus:()=>connectionStatus,
createCredentials:()=>createCredentials,fetchAccount:()=>fetchAccount,keeperOf:()=>keeperOf,listRepositories:()=>listRepositories,
listWorkspaces:()=>listWorkspaces,maySucceedAfterRefresh:()=>maySucceedAfterRefresh,requestTokens:()=>requestTokens,requireClient:()=>requireClient,
testConnection:()=>testConnection,tokenErrorOf:()=>tokenErrorOf});var init_request_modules=__esm({"js/nocodb/request-mod\
ules.js"(){init_client_factory();init_client();init_probe();init_credentials();init_token_endpoint();init_token_keeper();
init_connection_test();init_lists()}});var entry_exports={};__export(entry_exports,{BitbucketAuthError:()=>import_error15.BitbucketAuthError,BitbucketAuthIntegration:()=>BitbucketAuthIntegration,
createEntry:()=>createEntry,default:()=>entry_default,isBitbucketAxiosError:()=>isBitbucketAxiosError});module.exports=__toCommonJS(
entry_exports);var import_core_wasm=require("./inlined/core.wasm.js");init_axios_error();var import_error15=require("./shared.cjs");
init_log_lines();var import_environment2=require("./shared.cjs");var CATEGORY="Authentication";var OAUTH={label:"OAuth2",value:"oauth"};var ACCESS_TOKEN={label:"Access token",value:"api\
_key"};var API_TOKEN={label:"API token",value:"basic"};var CLIENT={label:"OAuth client itself",value:"custom"};var WORKSPACE_HELP="\
As in bitbucket.org/my-workspace. Optional, but the connection test may need it";var SLUG="[A-Za-z0-9_.{}-]+";function form({
login,allowsClientCredentials}){const offersClient=login!==void 0&&allowsClientCredentials;return[{type:"input",label:"I\
ntegration name",model:"title",placeholder:"Integration name",category:"General",validators:[{type:"required",message:"I\
ntegration name is required"}]},{type:"select",label:"Auth type",model:"config.type",category:CATEGORY,placeholder:"Sele\
ct auth type",defaultValue:login?OAUTH.value:ACCESS_TOKEN.value,options:[...login?[OAUTH]:[],ACCESS_TOKEN,API_TOKEN,...offersClient?
[CLIENT]:[]],validators:[{type:"required",message:"Auth type is required"}]},...login?[oauthButton(login,OAUTH.value)]:[],
{type:"input",label:"Atlassian account e-mail",model:"config.email",category:CATEGORY,placeholder:"you@example.com",helpText:"\
The address that you log in to Atlassian with, not your Bitbucket user name",condition:{model:"config.type",value:API_TOKEN.
value},validators:[{type:"required",message:"The e-mail address is required"},{type:"email",message:"This is not an e-ma\
il address"}]},{type:"password",label:"Access token",model:"config.token",category:CATEGORY,placeholder:"Enter your acce\
ss token",helpText:"A repository, project or workspace access token, from the settings of that repository, project or wo\
rkspace at Bitbucket Cloud",condition:{model:"config.type",value:ACCESS_TOKEN.value},validators:[{type:"required",message:"\
Access token is required"}]},{type:"password",label:"API token",model:"config.token",category:CATEGORY,placeholder:"Ente\
r your API token",helpText:'Created in the Atlassian account with "Create API token with scopes", for Bitbucket',condition:{
model:"config.type",value:API_TOKEN.value},validators:[{type:"required",message:"API token is required"}]},workspaceField(
[ACCESS_TOKEN.value,API_TOKEN.value],WORKSPACE_HELP),...offersClient?[workspaceField([CLIENT.value],`No user is involved\
: NocoDB acts as the configured OAuth client. The client must be private at Bitbucket. ${WORKSPACE_HELP}`)]:[],{type:"in\
put",label:"Repository",model:"config.repository",category:CATEGORY,placeholder:"my-workspace/my-repository",helpText:"F\
or a repository access token, as in the URL of the repository. Optional, but the connection test may need it",condition:{
model:"config.type",value:ACCESS_TOKEN.value},validators:[{type:"regex",pattern:`^(${SLUG}/${SLUG})?$`,message:"Write it\
 as workspace/repository"}]}]}function workspaceField(types,helpText){return{type:"input",label:"Workspace",model:"confi\
g.workspace",category:CATEGORY,placeholder:"my-workspace",helpText,condition:{model:"config.type",in:types},validators:[
{type:"regex",pattern:`^(${SLUG})?$`,message:"This is not the name of a workspace"}]}}function oauthButton({authorizationUrl,
redirectUri,clientId,scopes},type){return{type:"oauth",label:"Bitbucket account",model:"config.oauth.code",category:CATEGORY,
condition:{model:"config.type",value:type},validators:[{type:"required",message:"Authenticate with Bitbucket first"}],oauthMeta:{
provider:"Bitbucket",authUri:authorizationUrl,redirectUri,clientId,scopes,codeKey:"code"}}}init_axios_error();var import_arguments12=require("./shared.cjs");var import_core33=require("./shared.cjs");var import_error14=require("./shared.cjs");
init_token_store();var import_arguments2=require("./shared.cjs");var import_core3=require("./shared.cjs");var import_digest=require("./shared.cjs");
init_token_store();function refreshableToken({type,refresh_token:stored}){const refreshToken=nonEmptyString(stored);return refreshToken!==
void 0&&(0,import_core3.core)().isRefreshable(nonEmptyString(type)??"",refreshToken)?refreshToken:void 0}function tokensInConfig({
refresh_token,expires_at,refreshed_at,scopes},accessToken){return createTokens({accessToken,refreshToken:String(refresh_token),
expiresAt:parseTimestamp(expires_at),obtainedAt:parseTimestamp(refreshed_at),scopes:scopes||void 0})}function toStoredTokens({
accessToken="",refreshToken,expiresAt,obtainedAt,scopes=[]}){return{oauth_token:accessToken,...refreshToken&&{refresh_token:refreshToken},
...expiresAt!==void 0&&{expires_at:new Date(expiresAt).toISOString()},...obtainedAt!==void 0&&{refreshed_at:new Date(obtainedAt).
toISOString()},...scopes.length>0&&{scopes}}}function withTokens(config,tokens){const{expires_at:_before,expires_in:_older,
...kept}=config;return Object.assign(kept,toStoredTokens(tokens))}function withoutOAuthPayload({oauth:_transient,...config}){
return config}function tokenMetadataOf({authorized_at,account},{obtainedAt,expiresAt}){const{uuid}=(0,import_arguments2.objectOrEmpty)(
account);return new((0,import_core3.core)()).TokenMetadata(nonEmptyString(authorized_at),nonEmptyString(uuid),obtainedAt,
expiresAt)}function digestOf(refreshToken){return(0,import_digest.digest)(String(refreshToken)).toString("base64url",0,16)}
function nonEmptyString(value){return typeof value==="string"&&value!==""?value:void 0}function parseTimestamp(iso){const time=Date.
parse(iso??"");return Number.isNaN(time)?void 0:time}init_dialog_timeouts();var import_environment=require("./shared.cjs");var import_error13=require("./shared.cjs");var loaded;async function loadRequestModules(){if(loaded)return loaded;await Promise.
all([importPackage("axios",Promise.resolve().then(()=>__toESM(require("axios")))),importPackage("axios-retry",Promise.resolve().then(()=>__toESM(require("axios-retry")))),
importPackage("p-limit",Promise.resolve().then(()=>__toESM(require("p-limit")))),importPackage("undici",Promise.resolve().then(()=>__toESM(require("undici"))))]);
loaded=await Promise.resolve().then(()=>(init_request_modules(),request_modules_exports));return loaded}async function importPackage(name,loading){
try{await loading}catch(error){throw missingPackage(name,error)}}function missingPackage(name,error){const{code,message}=error instanceof
Error?error:{};const[,missing=name]=/^Cannot find (?:module|package) '((?:@[\w-][\w.-]*\/)?[\w-][\w.-]*)['/]/.exec(String(
message))??[];const advice="install nocodb-bitbucket-auth and its dependencies again";return new import_error13.BitbucketAuthError(
{code:"INVALID_CONFIG",phase:"config",message:`The package ${missing} could not be loaded: ${advice}.`,field:missing,retryable:false,
reauthorize:false},{detail:typeof code==="string"?code:void 0},loadRequestModules)}var import_masking=require("./shared.cjs");var import_oauth_payload=require("./shared.cjs");var import_arguments11=require("./shared.cjs");var import_core32=require("./shared.cjs");init_log_lines();init_time_limit();var CHANGE_TIMEOUT_MS=5e3;var NOT_FOUND_ERRORS=["ERR_INTEGRATION_NOT_FOUND","INTEGRATION_NOT_FOUND"];var pendingChanges=new Map;
var StoredConfig=class{savedGeneration=0;offeredGeneration=0;connectionEnd;config;tokenRefreshCallback;#services;#initialTokenDigest;#vars;constructor(config,services){
this.config={...config};this.#services=services??{}}get id(){return nonEmptyString(this.#services.id)}get title(){return nonEmptyString(
this.#services.title)}get json(){return(0,import_arguments11.membersToJson)(this.config,(0,import_core32.core)().credentialMembers().
split(" "))}get account(){return nonEmptyString((0,import_arguments11.objectOrEmpty)(this.config.account).uuid)}get workspace(){
return nonEmptyString(this.config.workspace)}get canRefresh(){return refreshableToken(this.config)!==void 0}tokens(accessToken){
const{oauth_token:own}=this.config;return tokensInConfig(this.config,accessToken===own?own:accessToken)}note(entry){this.
log(logLine(entry,{title:this.title,name:this.id}),entry.level)}log(line,level){this.#write(line,level).catch(()=>{})}async#write(line,level){
const{logger}=this.#services;if(typeof logger==="function")await logger(line);else if(logger)await logger.log(line);else if(level!==
"INFO")warn(line)}adopt(tokens){if(tokens.accessToken!==void 0&&tokens.accessToken!==this.config.oauth_token){this.#initialTokenDigest??=
digestOf(this.config.refresh_token);this.config=withTokens(this.config,tokens)}}async save(tokens,connection){if(!this.canRefresh)
return"saved";const{loadConfig,saveConfig,isComposed}=this.#services;try{if(isComposed){await this.#add(tokens);return"s\
aved"}if(loadConfig&&saveConfig)return await inOrder(this.id,()=>this.#merge(loadConfig,saveConfig,tokens,connection));await this.#overwrite(
tokens);return"saved"}catch(error){if(NOT_FOUND_ERRORS.includes(String((0,import_arguments11.objectOrEmpty)(error).error)))
return"deleted";throw error}}async load(connection){const{loadConfig}=this.#services;if(!loadConfig||!this.canRefresh)return void 0;
const row=await loadConfig();if(!row)return"deleted";const rowContent=await this.#classifyRow(row,tokensInConfig(this.config,
void 0),connection,true);if(rowContent==="Replaced")return"replaced";const isSameAuthorization=rowContent==="SameAuthori\
zation"||rowContent==="SameAuthorizationNewer";return isSameAuthorization?tokensInConfig(row,nonEmptyString(row.oauth_token)):
void 0}async saveVars(vars,openConnection){this.config={...this.config,_vars:vars};this.#vars=vars;await inOrder(this.id,
async()=>{const connection=await openConnection?.();const{loadConfig,saveConfig,isComposed}=this.#services;if(isComposed)
return this.#add(await connection?.newestKnown());const row=await loadConfig?.();const tokens=await connection?.newestKnown();
if(tokens)this.adopt(tokens);const config=row?await this.#withNewest(row,tokens,connection):this.config;if(row||!loadConfig)
await saveConfig?.(withoutOAuthPayload({...config,_vars:vars}));return void 0})}async#withNewest(row,tokens,connection){
if(tokens?.accessToken===void 0||!connection)return row;const rowContent=await this.#classifyRow(row,tokens,connection,false);
return rowContent==="SameChain"||rowContent==="SameAuthorization"?withTokens(row,tokens):row}async#merge(loadConfig,saveConfig,tokens,connection){
const row=await loadConfig();if(!row)return"deleted";const rowContent=await this.#classifyRow(row,tokens,connection,false);
if(rowContent==="Replaced")return"replaced";this.adopt(tokens);if(rowContent==="VaultReference")throw new Error("The row\
 takes its tokens from a vault, so no tokens can be stored in it.");const isStored=row.oauth_token===tokens.accessToken&&
row.refresh_token===tokens.refreshToken;if(rowContent!=="SameAuthorizationNewer"&&!isStored)await saveConfig(withoutOAuthPayload(
withTokens(row,tokens)));return rowContent==="SameChain"?"saved":"shared"}async#overwrite(tokens){const{saveConfig}=this.#services;
const{expires_at:before}=this.config;this.adopt(tokens);const isStale="oauth"in this.config||Boolean(before)&&tokens.expiresAt===
void 0;if(this.tokenRefreshCallback&&!(isStale&&saveConfig))await this.tokenRefreshCallback(toStoredTokens(tokens));else
await saveConfig?.(withoutOAuthPayload(this.config))}async#add(tokens){const{saveConfig}=this.#services;if(tokens)this.adopt(
tokens);const isKnown=tokens?.accessToken!==void 0;const changed={...isKnown&&toStoredTokens(tokens),...this.#vars!==void 0&&
{_vars:this.#vars}};if(this.tokenRefreshCallback)await this.tokenRefreshCallback(changed);else if(saveConfig)await saveConfig(
withoutOAuthPayload(this.config));else throw new Error("NocoDB offers no way to store a part of a config.")}async#classifyRow(row,ownTokens,connection,isRejected){
const{type,oauth_token:accessToken,refresh_token:stored}=row;const refreshToken=refreshableToken(row);const isSameChain=refreshToken!==
void 0&&(refreshToken===this.config.refresh_token||digestOf(refreshToken)===this.#initialTokenDigest||await connection.ownsRefreshToken(
refreshToken));return(0,import_core32.core)().classifyRow(refreshToken===void 0?void 0:tokenMetadataOf(row,tokensInConfig(
row,void 0)),tokenMetadataOf(this.config,ownTokens),isSameChain,(0,import_core32.core)().holdsUserTokens(nonEmptyString(
type)??"")&&[accessToken,stored].some(import_arguments11.isObject),isRejected)}};async function inOrder(id,work){if(id===
void 0)return work();const before=pendingChanges.get(id);const change=before?within(CHANGE_TIMEOUT_MS,before).then(work,
work):work();pendingChanges.set(id,change);try{return await change}finally{if(pendingChanges.get(id)===change)pendingChanges.
delete(id)}}var BitbucketAuthIntegration=class{#storedConfig;#services;#environment;#client=null;#clientFactory;constructor(config,services,environment=(0,import_environment.lazyEnvironment)(
process.env)){this.#storedConfig=new StoredConfig(config,services);this.#services=services??{};this.#environment=environment}get#config(){
return this.#storedConfig.config}get config(){const{_vars,...config}=this.#config;return config}getVars(){return this.#config.
_vars??{}}async saveVars(vars){const isKept=this.#storedConfig.canRefresh&&this.#environment().client!==void 0;await this.#storedConfig.
saveVars(vars,isKept?()=>this.#openConnection():void 0)}log(message){const{logger}=this.#services;if(typeof logger==="fu\
nction")logger(message);else logger?.log(message)}setTokenRefreshCallback(callback){this.#storedConfig.tokenRefreshCallback=
callback}async authenticate(){const clientFactory=await this.#openClientFactory();await clientFactory.credentials.newest();
return this.#clientOf(clientFactory)}get client(){return this.#client}#clientOf(clientFactory){return this.#client??=clientFactory.
createClient()}async use(work){const clientFactory=await this.#openClientFactory();const{maySucceedAfterRefresh:maySucceedAfterRefresh2,
tokenErrorOf:tokenErrorOf2}=await loadRequestModules();const{credentials}=clientFactory;let credential=await credentials.
newest();for(let retries=0;;retries+=1){try{return await work(this.#clientOf(clientFactory))}catch(error){const newer=maySucceedAfterRefresh2(
error)?await credentials.replacementFor(credential,retries):void 0;if(!newer)throw tokenErrorOf2(error)??error;credential=
newer}}}async testConnection(){try{return await withDialogTimeout(this.#test())}catch(error){return{success:false,message:toBitbucketAuthError(
error).message}}}async#test(){const{testConnection:testConnection2}=await loadRequestModules();return testConnection2(await this.#openClientFactory(),
this.#config)}async connectionStatus(){const{connectionStatus:connectionStatus2}=await loadRequestModules();return connectionStatus2(
await this.#openClientFactory(),this.#config)}async exchangeToken(payload,_config,options){const grant=(0,import_oauth_payload.parseOAuthPayload)(
payload);const environment=this.#environment();const{isInTransaction}=(0,import_arguments12.objectOrEmpty)(options);const tokens=await this.#logConnect(
()=>{const exchange=exchangeCode(grant,environment);return isInTransaction?withTransactionTimeout(exchange):exchange});const account=isInTransaction?
void 0:await fetchTokenOwner(tokens,environment);return{type:"oauth",...toStoredTokens(tokens),authorized_at:new Date(tokens.
obtainedAt).toISOString(),...account&&{account}}}async#logConnect(exchange){const from=performance.now();const note=entry=>this.#storedConfig.
note({...entry,durationMs:performance.now()-from});try{const tokens=await exchange();note({level:"INFO",event:"connected",
text:"Bitbucket issued tokens after the user's consent."});return tokens}catch(error){const{code,message}=toBitbucketAuthError(
error);note({level:"WARN",event:"connect-failed",text:`${code}: ${message}`});throw error}}async refreshToken(tokens,_config){
const{refresh_token:refreshToken}=(0,import_arguments12.objectOrEmpty)(tokens);const environment=this.#environment();const{
requireClient:requireClient2,keeperOf:keeperOf2}=await loadRequestModules();const client=requireClient2(environment);(0,import_arguments12.readArgument)(
this.refreshToken,"refreshGrant",{refreshToken});(0,import_error14.callCore)(this.refreshToken,()=>client.buildRefreshRequest(
refreshToken));const ownConnection=refreshToken===this.#config.refresh_token?await this.#openConnection():void 0;if(ownConnection)
return toStoredTokens((await ownConnection.forceRefresh(this.#storedConfig,refreshToken)).tokens);const store=nullTokenStore();
const connection=keeperOf2({...environment,client}).attach({refreshToken},store);return toStoredTokens((await connection.
forceRefresh(store,refreshToken)).tokens)}async renewIdle(){const connection=await this.#openConnection();if(!connection?.
isIdle())return{renewed:false};await connection.forceRefresh(this.#storedConfig);return{renewed:true}}async destroy(){this.#client=
null}maskConfig(config){return(0,import_masking.maskConfig)(config)}async listWorkspaces(query){const{workspace}=this.#config;
const parsedQuery=(0,import_arguments12.readArgument)(this.listWorkspaces,"listQuery",query);const{listWorkspaces:listWorkspaces2}=await loadRequestModules();
return listWorkspaces2(await this.#openClientFactory(),workspace,parsedQuery)}async listRepositories(query){const{workspace}=this.#config;
const parsedQuery=(0,import_arguments12.readArgument)(this.listRepositories,"listQuery",query);const{listRepositories:listRepositories2}=await loadRequestModules();
return listRepositories2(await this.#openClientFactory(),workspace,parsedQuery)}async#openClientFactory(){const{ApiClientFactory:ApiClientFactory2,
createCredentials:createCredentials2}=await loadRequestModules();if(this.#clientFactory)return this.#clientFactory;const stored=this.#storedConfig;
const environment=this.#environment();const credential=(0,import_error14.callCore)(this.authenticate,()=>(0,import_core33.core)().
readCredential(stored.json,environment.allowsClientCredentials));const credentials=createCredentials2(credential,stored.
tokens(credential.accessToken),stored,environment);this.#clientFactory=new ApiClientFactory2(credentials,environment,stored);
return this.#clientFactory}async#openConnection(){if(!this.#storedConfig.canRefresh)return void 0;const{requireClient:requireClient2}=await loadRequestModules();
requireClient2(this.#environment());return(await this.#openClientFactory()).credentials.connection}};async function exchangeCode(grant,environment){
const{requestTokens:requestTokens2}=await loadRequestModules();return requestTokens2(environment,client=>{const{code,codeVerifier}=(0,import_arguments12.readArgument)(
requestTokens2,"codeGrant",grant);return client.buildNocoDbTokenRequest(code,codeVerifier,environment.isVerifierOptional)},
"authorization_code")}async function fetchTokenOwner({accessToken},environment){const{fetchAccount:fetchAccount2}=await loadRequestModules();
return fetchAccount2((0,import_core33.core)().bearer(accessToken),environment)}var manifest=Object.freeze({title:"Bitbucket",icon:"bitBucket",version:"0.2.0",description:"Connect to Bitbucket Cloud w\
ith OAuth 2.0, an access token or an API token",author:"The nocodb-bitbucket-auth authors",website:"https://bitbucket.or\
g",order:5,allowsPerUserCredentials:true,expose:["testConnection","connectionStatus","listWorkspaces","listRepositories"]});function createEntry(env=process.env){const environment=(0,import_environment2.lazyEnvironment)(env);let elements;return{
type:"auth",sub_type:"bitbucket",wrapper:class BitbucketAuth extends BitbucketAuthIntegration{constructor(config,services){
super(config,services,environment)}},get form(){return elements??=formFor(environment)},manifest}}var entry_default=createEntry();
function formFor(environment){try{const{problems,...usable}=environment();for(const{message}of problems)warn(message);return form(
usable)}catch(error){warn(error instanceof import_error15.BitbucketAuthError?error.message:"the configuration could not \
be read");return form({})}}0&&(module.exports={BitbucketAuthError,BitbucketAuthIntegration,createEntry,isBitbucketAxiosError});
