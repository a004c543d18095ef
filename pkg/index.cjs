var __create=Object.create;var __defProp=Object.defineProperty;var __getOwnPropDesc=Object.getOwnPropertyDescriptor;var __getOwnPropNames=Object.getOwnPropertyNames;var __getProtoOf=Object.getPrototypeOf;var __hasOwnProp=Object.prototype.hasOwnProperty;var __esm=(fn,res,err)=>function __init(){if(err)throw err[0];try{return fn&&(res=(0,fn[__getOwnPropNames(fn)[0]])(fn=0)),
res}catch(e){throw err=[e],e}};var __export=(target,all)=>{for(var name in all)__defProp(target,name,{get:all[name],enumerable:true})};var __copyProps=(to,from,except,desc)=>{
if(from&&typeof from==="object"||typeof from==="function"){for(let key of __getOwnPropNames(from))if(!__hasOwnProp.call(
to,key)&&key!==except)__defProp(to,key,{get:()=>from[key],enumerable:!(desc=__getOwnPropDesc(from,key))||desc.enumerable})}
return to};var __toESM=(mod,isNodeMode,target)=>(target=mod!=null?__create(__getProtoOf(mod)):{},__copyProps(isNodeMode||!mod||!mod.
__esModule?__defProp(target,"default",{value:mod,enumerable:true}):target,mod));var __toCommonJS=mod=>__copyProps(__defProp(
{},"__esModule",{value:true}),mod);function isBitbucketAxiosError(error){const{isAxiosError,bitbucket}=(0,import_arguments.members)(error);return isAxiosError===
true&&bitbucket instanceof import_error.BitbucketAuthError}function meaningOf(error){if(error instanceof import_error.BitbucketAuthError)
return error;const{bitbucket}=(0,import_arguments.members)(error);return bitbucket instanceof import_error.BitbucketAuthError?
bitbucket:(0,import_core.failure)("API_FAILED","api")}var import_arguments,import_core,import_error;var init_meaning=__esm(
{"js/api/meaning.js"(){import_arguments=require("./shared.cjs");import_core=require("./shared.cjs");import_error=require("./shared.cjs")}});function logLine({level,event,text,durationMs},{title,name}={}){const shown=title===void 0?name:quoted(title);return[`${level}\
 ${event}`,...shown===void 0?[]:[`connection ${shown}`],...durationMs===void 0?[]:[`${Math.round(durationMs)} ms`]].join(
", ").concat(`: ${text}`)}function warn(line){console.warn(`[nocodb-bitbucket-auth] ${line}`)}function quoted(title){const characters=[
...title.replace(/[\p{C}\p{Z}]+/gu," ")];return JSON.stringify(characters.slice(0,LONGEST_TITLE).join(""))}var LONGEST_TITLE;
var init_log_lines=__esm({"js/log-lines.js"(){LONGEST_TITLE=100}});function whenLate(ms,end2,{isAwaited}={isAwaited:true}){let isStopped=false;const timer=setTimeout(()=>afterReading(()=>{
if(!isStopped)end2()}),ms);if(!isAwaited)timer.unref();return()=>{isStopped=true;clearTimeout(timer)}}async function within(ms,work,options){
let stop=()=>{};const late=new Promise((_resolve,reject)=>{stop=whenLate(ms,()=>reject(LATE),options)});try{return await Promise.
race([work,late])}finally{stop()}}function signalAfter(ms){const controller=new AbortController;whenLate(ms,()=>controller.
abort(),{isAwaited:false});return controller.signal}function afterReading(act,turns=100){setImmediate(()=>{if(turns>1)afterReading(
act,turns-1);else act()})}var LATE;var init_time_limit=__esm({"js/time-limit.js"(){LATE=Object.assign(new Error("too lat\
e"),{code:"TIMEOUT"})}});function makePair({accessToken,refreshToken,expiresAt,obtainedAt,scopes}){const pair={refreshToken};if(accessToken!==void 0)
pair.accessToken=accessToken;if(expiresAt!==void 0)pair.expiresAt=expiresAt;if(obtainedAt!==void 0)pair.obtainedAt=obtainedAt;
if(scopes!==void 0)pair.scopes=scopes;return pair}function storelessHolder(){return{store:()=>"stored",log:()=>{},stored:0,
handed:0}}function noteStored(owner,generation){owner.stored=generation;owner.handed=generation}async function storePair(holders,pair,generation,chain){
const behind=[...holders].filter(owner=>!owner.ending&&owner.stored!==generation);const stored=await Promise.all(storesOf(
behind).map(async owners=>{const[owner]=owners;for(const each of owners)each.handed=generation;try{const outcome=await within(
STORE_LIMIT_MS,owner.store(pair,chain));if(outcome==="replaced"||outcome==="deleted"){end(owners,outcome,chain);return true}
if(outcome==="shared")sayOnce(owner,chain,SHARED);for(const each of owners){if(each!==owner)each.take?.(pair);each.stored=
generation}return true}catch{return false}}));return stored.every(Boolean)}async function readStores(holders,chain){const living=[
...holders].filter(owner=>!owner.ending);const pairs=await Promise.all(storesOf(living).map(async owners=>{const[owner]=owners;
const found=await within(STORE_LIMIT_MS,owner.read?.(chain)).catch(()=>void 0);if(typeof found==="string"){end(owners,found,
chain);return void 0}if(found)sayOnce(owner,chain,SHARED);return found}));return pairs.reduce((one,other)=>isLater(other,
one)?other:one,void 0)}function isLater(pair,other){if(!pair||!other)return other===void 0;return(0,import_core2.core)().
isLater(pair.obtainedAt,pair.expiresAt,other.obtainedAt,other.expiresAt)}function hasLivingStore(holders){return[...holders].
some(({ending})=>!ending)}function refuseEnded({ending}){if(ending)throw(0,import_core2.failure)("RECONNECT_REQUIRED","r\
efresh",{ending})}function reportUnstored(holders,generation,chain){const behind=[...holders].filter(({ending,stored})=>!ending&&
stored!==generation);report(behind,chain,{level:"ERROR",event:"tokens-unstored",text:(0,import_core2.failure)("PERSIST_F\
AILED","refresh").message})}function reportDeath(holders,chain){const text=(0,import_core2.failure)("RECONNECT_REQUIRED",
"refresh").message;report([...holders].filter(({ending})=>!ending),chain,{level:"ERROR",event:"connection-dead",text})}function reportRefresh(holders,chain,durationMs){
report(holders,chain,{level:"INFO",event:"refreshed",text:"Bitbucket issued new tokens.",durationMs})}function reportFailure(holders,chain,{
code,message},durationMs){report(holders,chain,{level:"WARN",event:"refresh-failed",text:`${code}: ${message}`,durationMs})}
function storesOf(holders){const stores=new Map;for(const owner of holders){const store=owner.id??owner;const others=stores.
get(store);if(others)others.push(owner);else stores.set(store,[owner])}return[...stores.values()]}function end(owners,ending,chain){
for(const owner of owners)owner.ending=ending;if(ending!=="deleted")return;const text=(0,import_core2.failure)("RECONNEC\
T_REQUIRED","refresh",{ending}).message;sayOnce(owners[0],chain,{level:"WARN",event:"connection-deleted",text})}function report(holders,chain,entry){
const lines=new Map([...holders].map(owner=>[lineOf(owner,chain,entry),owner]));for(const[line,owner]of lines)owner.log(
line,entry.level)}function sayOnce(owner,chain,entry){const lines=said.get(chain)??new Set;said.set(chain,lines);const line=lineOf(
owner,chain,entry);if(!lines.has(line))owner.log(line,entry.level);lines.add(line)}function lineOf({title},{name},entry){
return logLine(entry,{title,name})}var import_core2,STORE_LIMIT_MS,SHARED,said;var init_token_store=__esm({"js/token-sto\
re.js"(){import_core2=require("./shared.cjs");init_log_lines();init_time_limit();STORE_LIMIT_MS=1e4;SHARED={level:"WARN",
event:"connection-shared",text:"Another process uses this connection; several processes need a Redis in common."};said=new WeakMap}});async function atMost(ms,work,late){try{return await within(ms,work)}catch(error){throw(0,import_arguments2.members)(error).
code==="TIMEOUT"?late():error}}var import_arguments2,import_core3,import_error2,DIALOG_MS,DIALOG_TOKENS_MS,inDialog,inTransaction;
var init_dialog=__esm({"js/nocodb/dialog.js"(){import_arguments2=require("./shared.cjs");import_core3=require("./shared.cjs");
import_error2=require("./shared.cjs");init_time_limit();DIALOG_MS=15e3;DIALOG_TOKENS_MS=12e3;inDialog=work=>atMost(DIALOG_MS,
work,()=>(0,import_core3.failure)("REQUEST_TIMEOUT","api"));inTransaction=exchange=>atMost((0,import_core3.core)().transactionLimit(),
exchange,()=>new import_error2.BitbucketAuthError((0,import_core3.core)().lateInTransaction()))}});async function unlessAborted(work,signal,phase="api"){if(!signal)return work;let stop=()=>{};const aborted=new Promise((_resolve,reject)=>{
stop=()=>reject((0,import_core4.failure)("REQUEST_ABORTED",phase))});signal.addEventListener("abort",stop,{once:true});if(signal.
aborted)stop();try{return await Promise.race([work,aborted])}finally{signal.removeEventListener("abort",stop)}}var import_core4;
var init_abort=__esm({"js/abort.js"(){import_core4=require("./shared.cjs")}});function connectionsThrough(proxy){const key=proxy?`${proxy.origin} ${proxy.authorization??""}`:"";let agent=agents.get(
key);if(!agent)agents.set(key,agent=createAgent(proxy?tunnelThrough(proxy):openDirectly()));return agent}function createAgent(connect){
return new import_undici.Agent({factory:(origin,options)=>new import_undici.Pool(origin,{...options,factory:(each,own)=>new Connection(
each,own,connect)})})}function openDirectly(){const open=(0,import_undici.buildConnector)({timeout:0});return(target,signal)=>opened(
open,target,signal)}function tunnelThrough(proxy){const open=(0,import_undici.buildConnector)({timeout:0});return async(target,signal)=>{
const tunnel=await askForTunnel(proxy,target,signal);return target.protocol==="https:"?opened(open,{...target,httpSocket:tunnel},
signal):tunnel}}function opened(open,target,signal){return new Promise((resolve,reject)=>{const stop=()=>{socket.destroy();
reject(signal.reason)};const socket=open(target,(error,connected)=>{signal.removeEventListener("abort",stop);if(error)reject(
error);else resolve(connected)});signal.addEventListener("abort",stop,{once:true});socket.once("close",()=>reject(Object.
assign(new Error("closed"),{code:"ECONNRESET"})));if(signal.aborted)stop()})}function askForTunnel({origin,authorization},target,signal){
const{protocol,hostname,port}=new URL(origin);const host=hostname.replace(/^\[|\]$/g,"");const authority=target.port?target.
host:`${target.host}:${target.protocol==="https:"?443:80}`;return new Promise((resolve,reject)=>{const request=(protocol===
"https:"?import_node_https.request:import_node_http.request)({method:"CONNECT",host,port,path:authority,headers:{host:authority,
"proxy-connection":"keep-alive",...authorization!==void 0&&{"proxy-authorization":authorization}},servername:(0,import_node_net.isIP)(
host)?"":host,agent:false,signal});request.once("connect",({statusCode=0},socket,head)=>{if(statusCode>=200&&statusCode<
300){if(head.length>0)socket.unshift(head);resolve(socket);return}socket.on("error",()=>{}).destroy();reject(Object.assign(
new Error("refused"),{code:`PROXY_${statusCode}`}))});request.on("error",reject);request.end()})}var import_node_http,import_node_https,
import_node_net,import_undici,agents,Connection;var init_connections=__esm({"js/connections.js"(){import_node_http=require("node:http");
import_node_https=require("node:https");import_node_net=require("node:net");import_undici=require("undici");agents=new Map;
Connection=class extends import_undici.Client{#signal=AbortSignal.abort();constructor(origin,options,connect){super(origin,
{...options,connect:(target,done)=>{connect(target,this.#signal).then(socket=>{if(socket.destroyed)throw Object.assign(new Error(
"closed"),{code:"ECONNRESET"});done(null,socket)}).catch(error=>done(error,null))}})}dispatch(options,handler){if(options.
signal)this.#signal=options.signal;return super.dispatch(options,handler)}}}});function decodersFor({"content-encoding":content="","transfer-encoding":transfer=""}){const codings=`${content},${transfer}`.
toLowerCase().split(",").map(name=>name.trim()).filter(name=>name&&!NOTHING_TO_DO.includes(name));const decoders=codings.
reverse().map(name=>DECODERS.get(name));const isKnown=decoders.length<=MOST_CODINGS&&!decoders.includes(void 0);return isKnown?
decoders:void 0}async function decode(bytes,decoders,maxBytes){let decoded=bytes;for(const decoder of decoders){if(decoded.
length===0)return decoded;try{decoded=await decoder(decoded,{maxOutputLength:maxBytes})}catch(error){if(error instanceof
Error&&"code"in error&&error.code==="ERR_BUFFER_TOO_LARGE")return void 0;throw error}}return decoded}var import_node_util,
import_node_zlib,ACCEPTED,decodeGzip,DECODERS,NOTHING_TO_DO,MOST_CODINGS;var init_decoding=__esm({"js/decoding.js"(){import_node_util=
require("node:util");import_node_zlib=require("node:zlib");ACCEPTED="gzip, br";decodeGzip=(0,import_node_util.promisify)(
import_node_zlib.gunzip);DECODERS=new Map([["gzip",decodeGzip],["x-gzip",decodeGzip],["br",(0,import_node_util.promisify)(
import_node_zlib.brotliDecompress)]]);NOTHING_TO_DO=["identity","chunked"];MOST_CODINGS=4}});function networkFailure(error,phase,proxy){const code=codeOf(error);if(code&&TIMEOUT.test(code))return(0,import_core5.failure)(
"REQUEST_TIMEOUT",phase,void 0,{cause:scrubbed(code,code)});if(code&&UNSENDABLE.test(code)){return(0,import_core5.failure)(
"INVALID_ARGUMENT",phase,{field:unsendablePart(code,error)},{detail:code})}const known=TROUBLES.find(([pattern])=>code&&
pattern.test(code))?.[1]??"the request could not be sent";const trouble=code==="PROXY_407"&&proxy?.authorization!==void 0?
REFUSED_CREDENTIALS:known;const detail=[trouble,code,proxy&&`the proxy of ${proxy.variable} is in use unless NO_PROXY ex\
cepts the host`];return(0,import_core5.failure)("REQUEST_FAILED",phase,void 0,{detail:detail.filter(Boolean).join("; "),
cause:scrubbed(trouble,code)})}function unsendablePart(code,error){if(code==="UND_ERR_REQ_CONTENT_LENGTH_MISMATCH")return"\
content-length";return UNSENDABLE_PART.exec(error instanceof Error?error.message:"")?.[1]??"request"}function scrubbed(message,code){
return Object.assign(new Error(message),code&&{code})}function codeOf(error){for(let at=error,depth=0;at instanceof Error&&
depth<5;depth+=1){if(at.name==="HTTPParserError"&&ENDED_EARLY.test(at.message))return"HPE_INVALID_EOF_STATE";const code="\
code"in at&&typeof at.code==="string"?at.code:at.name;if(/^\w{1,64}$/.test(code)&&!TELLING_NOTHING.includes(code))return code;
at=at instanceof AggregateError?at.errors[0]:at.cause}return void 0}var import_core5,TIMEOUT,TROUBLES,UNSENDABLE,UNSENDABLE_PART,
ENDED_EARLY,REFUSED_CREDENTIALS,TELLING_NOTHING;var init_network_failure=__esm({"js/network-failure.js"(){import_core5=require("./shared.cjs");
TIMEOUT=/^(ETIMEDOUT|UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT)$/;TROUBLES=[[/^(ENOTFOUND|EAI_\w+)$/,"the host name could n\
ot be resolved"],[/^ECONNREFUSED$/,"the connection was refused"],[/^(ECONNRESET|ECONNABORTED|EPIPE|UND_ERR_SOCKET|UND_ERR_RES_CONTENT_LENGTH_MISMATCH|HPE_INVALID_EOF_STATE)$/,
"the connection was closed before the answer was complete"],[/^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|EACCES|EPERM)$/,"\
there is no way to the host"],[/CERT|ISSUER|SIGNATURE/,"the TLS certificate is not accepted; if it comes from a private \
authority, NODE_EXTRA_CA_CERTS must name its file"],[/^(EPROTO|ERR_SSL_\w+|ERR_TLS_\w+)$/,"the TLS handshake failed"],[/^(HPE_\w+|HTTPParserError|UND_ERR_HEADERS_OVERFLOW)$/,
"the answer is not HTTP as it should be"],[/^(Z_\w+|ERR_\w*BROTLI\w*|ERR__ERROR\w*)$/,"the compressed answer is damaged"],
[/^PROXY_407$/,"the proxy asks for credentials, which belong into its address: http://user:password@host:port"],[/^PROXY_5\d\d$/,
"the proxy could not reach the host"],[/^PROXY_\d+$/,"the proxy turned the connection down, so its rules must allow this\
 host"]];UNSENDABLE=/^UND_ERR_(INVALID_ARG|NOT_SUPPORTED|REQ_CONTENT_LENGTH_MISMATCH)$/;UNSENDABLE_PART=/^(?:invalid )?(?:request )?(method|path|(?:content-length|transfer-encoding|connection|keep-alive|expect|upgrade|host)(?= header))/;
ENDED_EARLY=/\(Invalid EOF state\)$/;REFUSED_CREDENTIALS="the proxy does not accept the credentials in its address";TELLING_NOTHING=
["Error","TypeError","AggregateError"]}});async function send(request,options){const url=new URL(request.url);const limit=limits.get(url.origin)??{run:(0,import_p_limit.default)(
MAX_AT_ONCE),requests:0};limits.set(url.origin,limit);limit.requests+=1;const answer=limit.run(()=>sendNow(url,request,options)).
finally(()=>{limit.requests-=1;if(limit.requests===0)limits.delete(url.origin)});return unlessAborted(answer,options.signal,
options.phase)}async function sendNow(url,{method,headers,body},{phase,proxies,timeoutMs,signal,maxBytes=MAX_BYTES}){if(signal?.
aborted)throw(0,import_core6.failure)("REQUEST_ABORTED",phase);const sentAt=performance.now();const proxy=(0,import_error3.judge)(
send,()=>proxies.proxyFor(url.href));const controller=new AbortController;const abort=()=>controller.abort();let late=false;
const stop=timeoutMs===void 0?void 0:whenLate(timeoutMs,()=>{late=true;abort()});signal?.addEventListener("abort",abort,
{once:true});try{const response=await connectionsThrough(proxy).request({origin:url.origin,path:url.pathname+url.search,
method,headers:{...DEFAULT_HEADERS,...headers},body,signal:controller.signal,...timeoutMs!==void 0&&{headersTimeout:0,bodyTimeout:0}});
const answer=await read(response,method,phase,maxBytes);return{...answer,tookMs:performance.now()-sentAt}}catch(error){if(error instanceof
import_error3.BitbucketAuthError)throw error;if(late)throw(0,import_core6.failure)("REQUEST_TIMEOUT",phase);if(signal?.aborted)
throw(0,import_core6.failure)("REQUEST_ABORTED",phase);throw networkFailure(error,phase,proxy)}finally{stop?.();signal?.
removeEventListener("abort",abort)}}async function read({statusCode:status,headers:fields,body},method,phase,maxBytes){const headers=joined(
fields);if(method==="HEAD"||NO_BODY.includes(status)){await collect(body,0).catch(()=>{});return{status,headers,body:new Uint8Array}}
const decoders=decodersFor(headers);const coded=await collect(body,decoders?maxBytes:0);if(!decoders&&!coded)throw(0,import_core6.failure)(
"RESPONSE_INVALID",phase,{status,field:"content-encoding"});const bytes=coded&&await decode(coded,decoders??[],maxBytes);
if(!bytes)throw(0,import_core6.failure)("RESPONSE_TOO_LARGE",phase,{status});return{status,headers,body:bytes}}function joined(headers){
const fields={};for(const name in headers){const value=headers[name];if(value!==void 0)fields[name]=typeof value==="stri\
ng"?value:value.join(", ")}return fields}async function collect(stream,maxBytes){const chunks=[];let size=0;for await(const chunk of stream){
size+=chunk.byteLength;if(size>maxBytes)return void 0;chunks.push(chunk)}return Buffer.concat(chunks,size)}var import_p_limit,
import_core6,import_error3,MAX_BYTES,MAX_AT_ONCE,limits,NO_BODY,DEFAULT_HEADERS;var init_transport=__esm({"js/transport.\
js"(){import_p_limit=__toESM(require("p-limit"));init_abort();init_connections();import_core6=require("./shared.cjs");init_decoding();
import_error3=require("./shared.cjs");init_network_failure();init_time_limit();MAX_BYTES=1024*1024;MAX_AT_ONCE=50;limits=
new Map;NO_BODY=[204,304];DEFAULT_HEADERS={"accept-encoding":ACCEPTED,"user-agent":"nocodb-bitbucket-auth"}}});function clientOf({client,problems}){if(client)return client;throw configFailure(problems)}function configFailure([problem]){
return problem?new import_error4.BitbucketAuthError(problem,{},configFailure):(0,import_core7.failure)("INVALID_CONFIG",
"config")}async function requestTokens(environment,build,grant,previous){const client=clientOf(environment);const request=(0,import_error4.judge)(
requestTokens,()=>build(client));const phase=(0,import_core7.core)().phaseOf(grant);const{timeoutMs,proxies}=environment;
const{status,headers,body}=await send(request,{phase,timeoutMs,proxies});const obtainedAt=Date.now();const answer={status,
headers,body,receivedAt:obtainedAt,grant,previous,request};const tokens=(0,import_token_response.judgeTokenResponse)(requestTokens,
client,answer);return{...tokens,obtainedAt}}var import_core7,import_error4,import_token_response;var init_token_endpoint=__esm(
{"js/token-endpoint.js"(){import_core7=require("./shared.cjs");import_error4=require("./shared.cjs");import_token_response=
require("./shared.cjs");init_transport()}});var import_core8,KEPT_MS,Changes;var init_freshness=__esm({"js/api/freshness.js"(){import_core8=require("./shared.cjs");
KEPT_MS=3e4;Changes=class{count=0;of(sender){return async request=>{if((0,import_core8.core)().isSafe(request.method))return sender(
request);this.count+=1;try{return await sender(request)}finally{this.count+=1}}}}}});function attemptAhead(config,signal){return{...withAttempts(config,NEVER_AGAIN,{onMaxRetryTimesExceeded:()=>{}}),signal}}
function isAttemptAhead(config){return(0,import_arguments3.members)(policyOf(config)).retryCount===NEVER_AGAIN}function secondAttempt(config){
return withAttempts(config,1)}async function judgeAttempt(error){const failedAt=Date.now();const pause=await pauseAfter(
error);const{code,status,retryAfter=0}=(0,import_arguments3.members)((0,import_arguments3.members)(error).bitbucket);const isFinal=(0,import_core9.core)().
isOutcomeAhead(status,code);return{error,then:pause!==void 0?"repeat":isFinal?"throw":"ask",notBefore:failedAt+(pause??0),
goodUntil:failedAt+Math.max(KEPT_MS,Number(retryAfter))}}async function tellOfRepetition({error}){await policyOf(error.config)?.
onRetry?.(1,error,error.config)}async function pauseAfter(error){const{retries=0,retryCondition,retryDelay}=policyOf((0,import_arguments3.members)(
error).config)??{};try{if(retries<1||!retryCondition||!retryDelay)return void 0;return await retryCondition(error)?retryDelay(
1,error):void 0}catch{return void 0}}function policyOf(config){return(0,import_arguments3.members)(config)["axios-retry"]}
function withAttempts(config,retryCount,more){return{...config,"axios-retry":{...config["axios-retry"],...more,retryCount}}}
var import_arguments3,import_core9,NEVER_AGAIN;var init_attempt_ahead=__esm({"js/api/attempt-ahead.js"(){import_arguments3=
require("./shared.cjs");import_core9=require("./shared.cjs");init_freshness();NEVER_AGAIN=Infinity}});var PagesAhead;var init_pages_ahead=__esm({"js/api/pages-ahead.js"(){init_freshness();PagesAhead=class{#options;#early=new Map;constructor(options){
this.#options=options}async next(){const{list:list2,fetch,fetchAfter,isCancelled}=this.#options;const{address}=list2;if(isCancelled())
this.stop();this.#dropStale();const early=this.#early.get(address);this.#early.delete(address);if(!early){const asked=fetch(
address);this.ask(0);return asked}this.ask(0,early);const outcome=await early.outcome;early.isInDoubt=false;return"page"in
outcome?outcome.page:fetchAfter(address,outcome.failed)}ask(held,inTurn2){const{list:list2}=this.#options;const addresses=list2.
addresses(held).slice(1-held);for(const address of this.#early.keys()){if(!addresses.includes(address))this.#giveUp(address)}
for(const address of addresses){const inDoubt=[inTurn2,...this.#early.values()].filter(early=>early?.isInDoubt).length;if(!this.#early.
has(address)&&list2.mayGoAhead(inDoubt))this.#early.set(address,this.#start(address))}}stop(){for(const address of this.#early.
keys())this.#giveUp(address)}#dropStale(){const now=Date.now();for(const[address,{changes:changes2,goodUntil}]of this.#early){
if(goodUntil<now||changes2!==this.#options.changes.count)this.#giveUp(address)}}#start(address){const{fetchAhead,judgeAttempt:judgeAttempt2,
changes:changes2,signal}=this.#options;const controller=new AbortController;const ends=signal?AbortSignal.any([controller.
signal,signal]):controller.signal;const early={controller,isInDoubt:true,changes:changes2.count,goodUntil:Infinity,outcome:fetchAhead(
address,ends).then(page=>{early.goodUntil=Date.now()+KEPT_MS;return{page}},async error=>{this.#waste(early);const failed=await judgeAttempt2(
error);early.goodUntil=failed.goodUntil;return{failed}})};return early}#giveUp(address){const early=this.#early.get(address);
this.#early.delete(address);this.#waste(early);early.controller.abort()}#waste(early){if(early.isInDoubt)this.#options.list.
wasted();early.isInDoubt=false}}}});function paginate(client,{activity,changes:changes2}){return async function*pages(path,params,config){const{concurrency:given,
...requests3}=config??{};const{concurrency}=(0,import_arguments4.membersOf)(paginate,"pagesConfig",{concurrency:given});
const list2=listOf(client,path,params,requests3,concurrency);const{cancelToken}=requests3;const signal=requests3.signal;
const inTurn2={...requests3,signal:signal??new AbortController().signal};const fetchAfter=async(address,failed)=>{const{
error,then,notBefore}=failed;if(then!=="ask")activity().failed(error.bitbucket);if(then==="throw")throw error;if(then===
"repeat")await tellOfRepetition(failed);else if(error.response)activity().retries+=1;await(0,import_promises.setTimeout)(
Math.max(notBefore-Date.now(),0),void 0,{signal}).catch(()=>{});return fetchPage(client,list2,then==="repeat"?secondAttempt(
inTurn2):inTurn2,{address})};const ahead=new PagesAhead({list:list2,fetch:address=>fetchPage(client,list2,inTurn2,{address}),
fetchAhead:(address,ends)=>fetchPage(client,list2,attemptAhead(requests3,ends),{address,maxWaitMs:0}),judgeAttempt,fetchAfter,
changes:changes2,signal,isCancelled:()=>signal?.aborted===true||cancelToken?.reason!==void 0});try{for(let isMore=true;isMore;){
const page=await ahead.next();const goOn=judged(page);if(goOn.isMore)ahead.ask(1);for(const value of page.values)yield value;
if("error"in goOn)throw goOn.error;({isMore}=goOn)}}finally{ahead.stop()}}}function judged(page){try{return{isMore:page.
goOn()}}catch(error){return{isMore:false,error}}}function listOf(client,path,params,config,concurrency){const{List}=(0,import_core10.core)();
const first=client.getUri(repeating({...config,url:path,params:params??config?.params}));return(0,import_error5.judge)(listOf,
()=>new List(first,concurrency))}function fetchPage(client,list2,config,which){const options={...config,params:null,allowAbsoluteUrls:true};
const signal=config.signal;return readPage(address=>client.get(address,options),list2,signal,which)}async function readPage(get,list2,signal,{
address=list2.address,maxWaitMs=Infinity}={}){const until=Date.now()+maxWaitMs;for(let attempt=1;;attempt+=1){const{data,
status,headers}=await get(address);const now=Date.now();const pause=(0,import_error5.judge)(readPage,()=>(0,import_core10.core)().
pageRepetition(status,headerOf(headers,"retry-after"),attempt,until-now,now,Math.random()));if(pause===void 0){const{values,
next,page,pagelen,size}=(0,import_arguments4.members)(data);if(!Array.isArray(values))throw(0,import_core10.failure)("RE\
SPONSE_INVALID","api",{field:"values"});const goOn=()=>(0,import_error5.judge)(readPage,()=>list2.answered(nextOf(next),
values.length,numberOf(page),numberOf(pagelen),numberOf(size)));return{values,goOn}}await(0,import_promises.setTimeout)(
pause,void 0,{signal}).catch(()=>{})}}function repeating(config){const{paramsSerializer}=config;if(typeof paramsSerializer===
"function")return config;return{...config,paramsSerializer:{...REPEATING,...paramsSerializer}}}function headerOf(headers,name){
const found=Object.entries({...(0,import_arguments4.members)(headers)}).find(([key])=>key.toLowerCase()===name);return found&&
String(found[1])}function nextOf(next){if(next===void 0||next===null||typeof next==="string")return next??void 0;throw(0,import_core10.failure)(
"RESPONSE_INVALID","api",{field:"next"})}function numberOf(value){return typeof value==="number"?value:void 0}var import_promises,
import_arguments4,import_core10,import_error5,REPEATING;var init_paginate=__esm({"js/api/paginate.js"(){import_promises=
require("node:timers/promises");import_arguments4=require("./shared.cjs");import_core10=require("./shared.cjs");import_error5=
require("./shared.cjs");init_attempt_ahead();init_pages_ahead();REPEATING={indexes:null}}});function answerWithout(answer,authorization){return using(authorization,redactor=>({...answer,headers:fieldsWithout(answer.
headers,redactor),body:bytesWithout(answer.body,redactor)}))}function cutOutOf(response,authorization){using(authorization,
redactor=>{response.data=dataWithout(response.data,redactor);Object.assign(response.headers,fieldsWithout({...response.headers},
redactor))})}function using(authorization,work){const redactor=new((0,import_core11.core)()).Redactor(authorization);try{
return work(redactor)}finally{redactor.free()}}function fieldsWithout(fields,redactor){return Object.fromEntries(Object.
entries(fields).map(([name,value])=>[name,redactor.text(String(value))]))}function bytesWithout(bytes,redactor){const pieces=[];
for(let at=0;at<bytes.length;at+=PIECE)pieces.push(redactor.push(bytes.subarray(at,at+PIECE)));return Buffer.concat([...pieces,
redactor.end()])}function dataWithout(data,redactor){if(typeof data==="string")return utf8.decode(bytesWithout(Buffer.from(
data),redactor));if(data instanceof ArrayBuffer)return new Uint8Array(bytesWithout(new Uint8Array(data),redactor)).buffer;
if(data instanceof Uint8Array)return bytesWithout(data,redactor);const isJson=Array.isArray(data)||Object.getPrototypeOf(
data??0)===Object.prototype;return isJson?JSON.parse(utf8.decode(bytesWithout(Buffer.from(JSON.stringify(data)),redactor))):
data}var import_core11,PIECE,utf8;var init_redaction=__esm({"js/api/redaction.js"(){import_core11=require("./shared.cjs");
PIECE=1024*1024;utf8=new TextDecoder}});function activityOf(name){const activity=kept.get(name)??new Activity;kept.delete(name);kept.set(name,activity);for(const oldest of kept.
keys()){if(kept.size<=MOST_KEPT)break;kept.delete(oldest)}return activity}function observeRequest(describe,send2){return observe(
requests,describe,send2,({status})=>({status}))}function observeRefresh(describe,send2){return observe(refreshes,describe,
send2,()=>({}))}async function observe(listeners,describe,send2,outcomeOf){if(!listeners.hasSubscribers)return send2();const startedAt=Date.
now();const from=performance.now();const tell=outcome=>listeners.publish({...describe(),startedAt,durationMs:performance.
now()-from,...outcome});try{const answer=await send2();tell(outcomeOf(answer));return answer}catch(error){tell({code:error.
code});throw error}}var import_node_diagnostics_channel,requests,refreshes,Activity,MOST_KEPT,kept;var init_activity=__esm(
{"js/activity.js"(){import_node_diagnostics_channel=require("node:diagnostics_channel");requests=(0,import_node_diagnostics_channel.channel)(
"nocodb-bitbucket-auth:request");refreshes=(0,import_node_diagnostics_channel.channel)("nocodb-bitbucket-auth:refresh");
Activity=class{refreshes=0;retries=0;rateLimitWaits=0;#lastError;failed({code}){this.#lastError={code,at:Date.now()}}get counters(){
const{refreshes:renewed,retries,rateLimitWaits}=this;return{refreshes:renewed,retries,rateLimitWaits,...this.#lastError&&
{lastError:{...this.#lastError}}}}};MOST_KEPT=1e3;kept=new Map}});function kept2(make){const made=new Map;return key=>{let found=made.get(key);if(found===void 0)made.set(key,found=make(key));
return found}}var init_kept=__esm({"js/kept.js"(){}});function createSender({apiUrl,timeoutMs,proxies,credentials,connection,patienceMs,throttle}){const{resourceGroup}=(0,import_core12.core)();
const api=apiAt(apiUrl);const sendInTurn=async({path,method,url,headers,body},authorization,time,signal)=>{const group=path===
void 0?void 0:resourceGroup(path);if(group!==void 0)await throttle?.take(group,signal);if(time.left<=0)throw(0,import_core12.failure)(
"REQUEST_TIMEOUT","api");const answer=await observeRequest(()=>({connection:connection(),method,path:plain(path)}),()=>send(
{method,url,headers:path===void 0?headers:{...headers,authorization},body},{phase:"api",timeoutMs:time.left,proxies,signal,
maxBytes:MAX_BYTES2}));time.left-=answer.tookMs;if(group!==void 0)await throttle?.observe(group,answer);return answer};return async request=>{
const{method,body,signal,redirect="follow",maxRedirects}=request;const url=URL.canParse(request.url)?new URL(request.url).
href:request.url;const path=(0,import_error6.judge)(createSender,()=>api.admit(url));const first={path,method,url,headers:carried(
request.headers,true,true),body};const time={left:request.timeoutMs??timeoutMs};let used=await unlessAborted(credentials.
newest(patienceMs),signal);for(let sent=first,followed=0,repetitions=0;;){const{authorization}=used;const answer=await sendInTurn(
sent,authorization,time,signal);const{status,headers:{location}}=answer;const target=location!==void 0&&URL.canParse(location,
sent.url)?new URL(location,sent.url).href:location;const step=(0,import_error6.judge)(createSender,()=>api.judge(sent.method,
sent.url,sent.path!==void 0,status,target,followed,maxRedirects,redirect));const isRenewed=step==="renew"&&credentials.renews(
used,repetitions);if(isRenewed)used=await unlessAborted(credentials.newest(patienceMs),signal);if(typeof step==="object"){
followed+=1;sent=following(sent,String(target),step,step.withCredential?api.admit(String(target)):void 0)}else if(isRenewed&&
!isStream(body)){followed=0;repetitions+=1;credentials.activity.retries+=1;sent=first}else{return{...status>=300?answerWithout(
answer,authorization):answer,path,isElsewhere:sent.path===void 0,isUnrepeated:isRenewed,authorization:()=>authorization}}}}}
function answerOf({status,headers,body,path,isElsewhere=false}){const judged2=body.subarray(0,(0,import_core12.core)().largestJudgedBody()+
1);return new((0,import_core12.core)()).ApiAnswer(status,JSON.stringify(headers),judged2,Date.now(),path,isElsewhere)}function following({
method,headers,body},url,{becomesGet,withBody},path){return{path,method:becomesGet?"GET":method,url,headers:carried(headers,
path!==void 0,withBody),body:withBody?body:void 0}}function carried(headers={},toApi,withBody){const{mayCarry}=(0,import_core12.core)();
return Object.fromEntries(Object.entries(headers).filter(([name])=>mayCarry(name,toApi,withBody)))}function isStream(body){
return typeof body==="object"&&body!==null&&(Symbol.asyncIterator in body||"pipe"in body)}var import_core12,import_error6,
MAX_BYTES2,apiAt,plain;var init_sender=__esm({"js/api/sender.js"(){init_abort();init_activity();import_core12=require("./shared.cjs");
import_error6=require("./shared.cjs");init_kept();init_transport();init_redaction();MAX_BYTES2=32*1024*1024;apiAt=kept2(
apiUrl=>(0,import_error6.judge)(createSender,()=>new((0,import_core12.core)()).Api(apiUrl)));plain=(path="")=>path.replace(
/[?#].*$/,"")}});function createClient({apiUrl,kind,activity,sender,isQueued=false,maxWaitMs=Infinity}){const changes2=new Changes;const client=import_axios.default.
create({baseURL:apiUrl,maxBodyLength:MAX_BYTES2,adapter:"fetch",env:{fetch:fetchThroughSender,Request:null,FormData,Response:null},
fetchOptions:{[SENDER]:changes2.of(sender)},headers:{Accept:ACCEPT},paramsSerializer:REPEATING,formSerializer:REPEATING});
return equip(client,{kind,activity,changes:changes2,isQueued,maxWaitMs})}function equip(client,behaviour){const{kind,activity,
isQueued,maxWaitMs}=behaviour;client.interceptors.request.use(config=>{if(isStream(config.data))config.maxBodyLength=-1;
const{timeout,maxRedirects,fetchOptions}=config;config.fetchOptions={...fetchOptions,[LIMITS]:{timeout,maxRedirects}};return repeating(
config)});client.interceptors.response.use(void 0,error=>{if(import_axios.default.isAxiosError(error)){const bitbucket=judgeError(
error,kind);if(!isAttemptAhead(error.config))activity().failed(bitbucket);Object.assign(error,{bitbucket})}throw error});
(0,import_axios_retry.default)(client,{retries:RETRIES,retryCondition:error=>mayRetry(error,isQueued,maxWaitMs),onRetry:()=>{
activity().retries+=1},retryDelay:(attempts,error)=>delay(error,attempts,isQueued,maxWaitMs,Math.random())??0});const{create}=client;
client.create=config=>equip(create(config),behaviour);return Object.defineProperty(client,"paginate",{value:paginate(client,
behaviour)})}function isCuredByRenewal(error){const{response,status,statusCode,message}=(0,import_arguments5.members)(error);
const told2=[(0,import_arguments5.members)(response).status,status,statusCode].find(each=>typeof each==="number");const own=ofClient(
error);return(0,import_core13.core)().isCuredByRenewal(own!==void 0,circumstances.get((0,import_arguments5.members)((0,import_arguments5.members)(
own).response).headers??{})?.isUnrepeated===true,told2,typeof message==="string"?message:"")}function ofClient(error){const seen=new Set;
for(let each=error;(0,import_arguments5.isObject)(each)&&!seen.has(each);each=each.cause){if(each instanceof import_error7.BitbucketAuthError||
each.bitbucket instanceof import_error7.BitbucketAuthError)return each;seen.add(each)}return void 0}function withoutTokens(error){
const cause=error instanceof Error?error.cause:void 0;return cause instanceof import_error7.BitbucketAuthError&&cause.phase!==
"api"?cause:void 0}async function fetchThroughSender(input,init={}){const sender=init[SENDER];const{timeout,maxRedirects}=init[LIMITS]??
{};const answer=await sender({method:init.method??"GET",url:String(input),headers:lowerCased(init.headers),body:init.body,
signal:init.signal,...typeof timeout==="number"&&timeout>0&&{timeoutMs:timeout},...typeof maxRedirects==="number"&&{maxRedirects},
redirect:init.redirect});const{status,body,path,isElsewhere,isUnrepeated,authorization}=answer;const fields=import_axios.default.
AxiosHeaders.from(answer.headers);circumstances.set(fields,{path,isElsewhere,isUnrepeated,authorization});const whole=()=>new Response(
body,{headers:answer.headers});return{status,statusText:"",headers:fields,text:async()=>utf82.decode(body),arrayBuffer:()=>whole().
arrayBuffer(),blob:()=>whole().blob(),formData:()=>whole().formData(),stream:()=>whole().body}}function lowerCased(headers){
return Object.fromEntries(Object.entries({...headers}).map(([name,value])=>[name.toLowerCase(),value]))}function judgeError(error,kind){
const{response,config,cause,code,name}=error;if(response){const{path,isElsewhere,authorization}=circumstances.get(response.
headers)??{};if(response.status<300&&authorization)cutOutOf(response,authorization());if((0,import_arguments5.members)(cause).
name==="SyntaxError"){return inPlaceOf(error,(0,import_core13.failure)("RESPONSE_NOT_JSON","api",{status:response.status}))}
const answer=answerOf({status:response.status,headers:Object.fromEntries(Object.entries({...response.headers}).map(([field,
value])=>[field.toLowerCase(),String(value)])),body:bytesOf(response.data),path,isElsewhere});return new import_error7.BitbucketAuthError(
(0,import_error7.judge)(judgeError,()=>(0,import_core13.core)().judgeApiResponse(answer,kind)),{},judgeError)}const isLate=code===
"ECONNABORTED"||code==="ETIMEDOUT"||code==="REQUEST_TIMEOUT";if(isLate&&config?.timeout)return(0,import_core13.failure)(
"REQUEST_TIMEOUT","api",{field:"timeout"});if(cause instanceof import_error7.BitbucketAuthError)return cause;if(name==="\
CanceledError")return(0,import_core13.failure)("REQUEST_ABORTED","api");return(0,import_core13.failure)(isLate?"REQUEST_\
TIMEOUT":"API_FAILED","api")}function inPlaceOf(error,meaning){const frames=String(error.stack).split("\n").filter(line=>line.
startsWith("    at "));const stack=[`${error.name}: ${meaning.message}`,...frames].join("\n");for(const[name,value]of Object.
entries({message:meaning.message,stack,cause:meaning})){Object.defineProperty(error,name,{value,writable:true,configurable:true,
enumerable:false})}return meaning}function mayRetry(error,isQueued,maxWaitMs){const{config,response}=error;const{code,phase,
cause}=meaningOf(error);const isInQueue=isQueued&&!isOfOthers(response);if(!config||isStream(config.data))return false;const passes=!cause||
import_axios_retry.default.isNetworkError({code:(0,import_arguments5.members)(cause).code});const state=config["axios-re\
try"];const attempts=(state?.retryCount??0)+1;if(!passes||!(0,import_core13.core)().mayRepeat(String(config.method).toUpperCase(),
code,response?.status,phase)||delay(error,attempts,isQueued,maxWaitMs,0)===void 0)return false;if(isInQueue&&state&&(0,import_core13.core)().
isHourUsedUp(response?.status,headerOf(response?.headers,"retry-after"),Date.now())){state.retryCount=attempts-2}return true}
function delay({response},attempts,isQueued,maxWaitMs,random){const retryAfter=headerOf(response?.headers,"retry-after");
const isInQueue=isQueued&&!isOfOthers(response);return(0,import_core13.core)().retryDelay(attempts,response?.status,retryAfter,
isInQueue,maxWaitMs,Date.now(),random)}function isOfOthers(response){return response!==void 0&&circumstances.get(response.
headers)?.isElsewhere===true}function bytesOf(data){if(data instanceof Uint8Array)return new Uint8Array(data);if(data instanceof
ArrayBuffer)return new Uint8Array(data);try{return new TextEncoder().encode(typeof data==="string"?data:JSON.stringify(data)??
"")}catch{return new Uint8Array}}var import_axios,import_axios_retry,import_arguments5,import_core13,import_error7,RETRIES,
SENDER,LIMITS,ACCEPT,circumstances,utf82;var init_client=__esm({"js/api/client.js"(){import_axios=__toESM(require("axios"));
import_axios_retry=__toESM(require("axios-retry"));import_arguments5=require("./shared.cjs");import_core13=require("./shared.cjs");
import_error7=require("./shared.cjs");init_attempt_ahead();init_freshness();init_meaning();init_paginate();init_redaction();
init_sender();RETRIES=3;SENDER=Symbol("sender");LIMITS=Symbol("limits");ACCEPT="application/json, */*;q=0.8";circumstances=
new WeakMap;utf82=new TextDecoder}});function readAhead({sender,sendAhead,newest}){let sequence;let early;let fields="";const replace=next=>{early?.end();early=
next};const fetchAhead=(url,like)=>{if(url!==void 0&&!early?.isFor({...like,url}))replace(new Early({...like,url},sendAhead))};
const interrupt=()=>{sequence.interrupted();replace(void 0)};return async request=>{sequence??=new((0,import_core14.core)()).
PageSequence;if(!isPlain(request)){interrupt();return sender(request).finally(interrupt)}const{url}=request;if(fields!==
(fields=JSON.stringify(request.headers)))interrupt();const own=early?.isFor(request)?early:void 0;if(own)early=void 0;else
replace(void 0);fetchAhead(sequence.asked(url),request);const answer=await own?.answerFor(newest)??await sender(request);
if(answer.status!==200)interrupt();else if(sequence.answered(url))fetchAhead(foretold(sequence,url,answer.body),request);
return answer}}function keyOf({url,headers}){return JSON.stringify([url,headers])}function isPlain({method,body,signal,timeoutMs,
redirect="follow",maxRedirects}){return method==="GET"&&[body,signal,timeoutMs,maxRedirects].every(given=>given===void 0||
given===null)&&redirect==="follow"}function foretold(sequence,url,body){const number=value=>typeof value==="number"?value:
void 0;try{const{next,pagelen,size}=(0,import_arguments6.members)(JSON.parse(utf83.decode(body)));return typeof next==="\
string"?sequence.told(url,next,number(pagelen),number(size)):void 0}catch{return void 0}}var import_arguments6,import_core14,
utf83,Early;var init_read_ahead=__esm({"js/api/read-ahead.js"(){import_arguments6=require("./shared.cjs");import_core14=
require("./shared.cjs");init_freshness();utf83=new TextDecoder;Early=class{#controller=new AbortController;#answer;#timer;#request;constructor(request,send2){
this.#request=keyOf(request);this.#answer=send2({...request,signal:this.#controller.signal}).catch(error=>({error}));this.#timer=
setTimeout(()=>this.end(),KEPT_MS).unref()}isFor(request){return!this.#controller.signal.aborted&&this.#request===keyOf(
request)}async answerFor(newest){clearTimeout(this.#timer);const answer=await this.#answer;if(!answer)return void 0;const isError="\
error"in answer;const code=isError?(0,import_arguments6.members)(answer.error).code:void 0;if(!(0,import_core14.core)().
isOutcomeAhead(isError?void 0:answer.status,code))return void 0;if(isError)throw answer.error;const{authorization}=await newest();
return answer.authorization()===authorization?answer:void 0}end(){clearTimeout(this.#timer);this.#controller.abort();this.#answer=
Promise.resolve(void 0)}}}});function replaceRemoved(sender,options){const removed=removedAt(options.apiUrl);const answer=async({endpoint,notice,refusal,
list:list2},request)=>{const own={headers:{},tookMs:0,path:endpoint,isElsewhere:false,isUnrepeated:false,authorization:()=>""};
if(refusal!==void 0)return withJson(own,400,refusal);const tell=()=>{if(!told.has(endpoint))options.log(notice,"endpoint\
-replaced");told.add(endpoint)};if(list2){tell();return page(list2,own,request)}const given=await sender(request);const body=(0,import_core15.core)().
withoutTracker(given.status,given.isElsewhere);if(body===void 0)return given;tell();return withJson(given,404,body)};const page=async(list2,own,{
url,signal})=>{const{lists,workspace:workspace2=""}=options;try{const make=()=>new Collection(url,list2,removed,sender,options);
const{texts,authorization}=await lists.get(`${workspace2} ${list2.key}`,make,signal);const{from,to,...about}=removed.page(
url,texts.length);const body=`{"values":[${texts.slice(from,to).join(",")}],${JSON.stringify(about).slice(1)}`;return withJson(
{...own,authorization},200,body)}catch(error){if(error instanceof Refusal)return error.answer;throw error}};return request=>{
const replaced=removed.replacement(request.method,request.url);return replaced?answer(replaced,request):sender(request)}}
function withJson(given,status,body){const{"content-length":_length,...headers}=given.headers;return{...given,status,headers:{
...headers,"content-type":"application/json"},body:Buffer.from(body)}}function collectedListsOf(connection){const lists=listsOfConnections.
get(connection)??new CollectedLists;listsOfConnections.set(connection,lists);return lists}function segmentOf(workspace2){
return(0,import_error8.judge)(segmentOf,()=>(0,import_core15.core)().workspaceSegment((0,import_arguments7.stringOf)(workspace2)))}
function sorted(values,sort){if(!sort)return values;const sign=sort.isDescending?-1:1;return values.toSorted((one,other)=>sign*
compare(one.key,other.key))}function compare(one,other){const[isOne,isOther]=[one,other].map(key=>key!==void 0&&key!==null);
if(!isOne||!isOther)return Number(isOther)-Number(isOne);if(one===other)return 0;return one<other?-1:1}var import_arguments7,
import_core15,import_error8,told,utf84,removedAt,CollectedLists,listsOfConnections,Collection,Refusal;var init_removed_endpoints=__esm(
{"js/api/removed-endpoints.js"(){init_abort();import_arguments7=require("./shared.cjs");import_core15=require("./shared.cjs");
import_error8=require("./shared.cjs");init_kept();init_paginate();init_sender();told=new Set;utf84=new TextDecoder;removedAt=
kept2(apiUrl=>(0,import_error8.judge)(replaceRemoved,()=>new((0,import_core15.core)()).RemovedEndpoints(apiUrl)));CollectedLists=
class{#entries=new Map;async get(key,make,signal){const entry=this.#entries.get(key)??{collection:make(),isDone:false,waiting:0};
this.#entries.set(key,entry);const[oldest]=this.#entries.keys();if(this.#entries.size>(0,import_core15.core)().RemovedEndpoints.
limits().mostLists)this.#entries.delete(oldest);const work=entry.work??this.#begin(key,entry);entry.waiting+=1;try{return await unlessAborted(
work,signal)}finally{entry.waiting-=1;if(entry.waiting===0&&!entry.isDone&&entry.work===work){entry.work=void 0;entry.end?.
abort()}}}#begin(key,entry){const end2=new AbortController;const work=entry.collection.read(end2.signal);clearTimeout(entry.
timer);Object.assign(entry,{work,end:end2});const settled=isDone=>{if(entry.work!==work&&entry.work!==void 0)return;entry.
isDone=isDone;if(!isDone)entry.work=void 0;entry.timer=setTimeout(()=>{if(this.#entries.get(key)===entry)this.#entries.delete(
key)},(0,import_core15.core)().RemovedEndpoints.limits().keptMs).unref()};work.then(()=>settled(true),()=>settled(false));
return work}};listsOfConnections=new WeakMap;Collection=class{#url;#list;#removed;#sender;#options;#limits=(0,import_core15.core)().
RemovedEndpoints.limits();#workspaces;#values=new Map;#length=0;#authorization=()=>"";constructor(url,list2,removed,sender,options){
this.#url=url;this.#list=list2;this.#removed=removed;this.#sender=sender;this.#options=options}async read(signal){const segments=this.#workspaces??=
await this.#readWorkspaces(signal);const left=[...segments];const readOn=async()=>{for(let segment=left.shift();segment!==
void 0;segment=left.shift()){if(!this.#values.has(segment))await this.#readWorkspace(segment,signal)}};try{await Promise.
all(Array.from({length:this.#limits.mostAtOnce},readOn))}finally{left.length=0}const values=[...segments].flatMap(segment=>this.#values.
get(segment)??[]);return{texts:sorted(values,this.#list.sort).map(({text})=>text),authorization:this.#authorization}}async#readWorkspaces(signal){
const{workspace:workspace2}=this.#options;if(workspace2!==void 0)return new Set([segmentOf(workspace2)]);const segments=new Set;
await this.#readList(this.#list.workspaces,signal,value=>{const{slug,uuid}=(0,import_arguments7.members)((0,import_arguments7.members)(
value).workspace);if(slug===void 0&&uuid===void 0)throw(0,import_core15.failure)("RESPONSE_INVALID","api",{field:"worksp\
ace"});segments.add(segmentOf(slug??uuid))});return segments}async#readWorkspace(segment,signal,withRole=true){const values=[];
let length=0;const path=this.#list.sort?.member.split(".")??[];const take=value=>{const text=JSON.stringify(value);length+=
text.length;if(this.#length+length>this.#limits.longestList)throw(0,import_core15.failure)("RESPONSE_TOO_LARGE","api");values.
push({text,key:path.reduce((part,name)=>(0,import_arguments7.members)(part)[name],value)})};try{await this.#readList(this.#removed.
inWorkspace(this.#url,segment,withRole),signal,take)}catch(error){if(!(error instanceof Refusal)||values.length>0)throw error;
const{verdict,told:message}=(0,import_error8.judge)(this.#readWorkspace,()=>this.#removed.judge(this.#url,segment,withRole,
answerOf(error.answer),this.#options.kind));if(message!==void 0)this.#options.log(message,"list-incomplete");if(verdict===
"without role")return this.#readWorkspace(segment,signal,false);if(verdict==="refused")throw error}this.#values.set(segment,
values);this.#length+=length}async#readList(address,signal,take){const{List}=(0,import_core15.core)();const list2=new List(
address);for(let isMore=true;isMore;){const{values,goOn}=await readPage(url=>this.#ask(url,signal),list2,signal);values.
forEach(take);isMore=goOn()}}async#ask(url,signal){const headers={accept:"application/json"};const given=await this.#sender(
{method:"GET",url,headers,signal,redirect:"own"});const{status,headers:fields,body,authorization}=given;if(status>=300)throw new Refusal(
given);this.#authorization=authorization;try{return{status,headers:fields,data:body.length>0?JSON.parse(utf84.decode(body)):
void 0}}catch{throw(0,import_core15.failure)("RESPONSE_NOT_JSON","api",{status})}}};Refusal=class extends Error{constructor(given){
super("refused");this.answer=given}}}});async function seekDatabase(redis,home,others=[]){try{return await agreeOnDatabase(redis,(0,import_core16.core)().redisDatabases(
home,Uint32Array.from(others)))}catch(error){const isReply=error instanceof Error&&error.name==="ReplyError";const stays=isReply?
(0,import_core16.core)().redisDatabaseTrouble(error.message):void 0;if(stays===void 0)throw error;return{database:home,stays}}}
async function agreeOnDatabase(redis,numbers){const survey=(seen2,chosen)=>scriptsOf(redis).surveyDatabases(BASE,seen2,chosen,
anyText(),MARK_MS,...numbers);let[seen]=await survey("",numbers[0]);for(let tries=1;tries<=MOST_TRIES;tries+=1){const{database,
stays}=(0,import_core16.core)().chooseRedisDatabase(numbers,seen);const[seenNow,mark]=await survey(seen,database);if(mark!==
void 0)return{database,mark:{name:`${BASE}database`,value:mark},stays};seen=seenNow}throw Object.assign(new Error("the d\
atabases change all the time"),{code:"TIMEOUT"})}async function readLife(redis,name){return{name,value:await scriptsOf(redis).
readLife(name,anyText(),MARK_MS)}}function anyText(){return(0,import_node_crypto.randomBytes)(16).toString("base64url")}
function scriptsOf(redis){return redis}var import_node_crypto,import_core16,BASE,MARK_MS,MOST_TRIES,DATABASE_SCRIPTS;var init_redis_database=__esm(
{"js/coordination/redis-database.js"(){import_node_crypto=require("node:crypto");import_core16=require("./shared.cjs");BASE=
"nocodb-bitbucket-auth:";MARK_MS=95*24*60*60*1e3;MOST_TRIES=10;DATABASE_SCRIPTS={surveyDatabases:{numberOfKeys:1,lua:`
      local base, name = KEYS[1], KEYS[1] .. 'database'
      local seen, chosen, mark, limit = unpack(ARGV)
      local function marked()
        local value = redis.pcall('GET', name)
        -- Who may not read it would mark the database anew each time, and everybody's data would seem lost.
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
    `},readLife:{numberOfKeys:1,lua:`
      local before = redis.pcall('GET', KEYS[1])
      -- Who may not read it would end the life of everybody's data.
      if type(before) == 'table' and not string.find(before.err, 'WRONGTYPE', 1, true) then return before end
      local life = type(before) == 'string' and before ~= '' and before or ARGV[1]
      redis.call('SET', KEYS[1], life, 'PX', ARGV[2])
      return life
    `}}}});async function look(redis,{name,value}){return await redis.get(name)===value?void 0:LOST}function needless(error){if(troubleOf(
error)!==void 0)throw error}function troubleOf(error){const{code,message}=error instanceof Error?error:{};return(0,import_core17.core)().
redisTrouble(typeof code==="string"?code:"",String(message??""))}function disconnect(redis){redis?.disconnect();redis?.stream?.
destroy()}var import_core17,VARIABLES,LOST,MOST_TRIES2,reportedStays,RedisConnection;var init_redis_connection=__esm({"j\
s/coordination/redis-connection.js"(){import_core17=require("./shared.cjs");init_log_lines();init_time_limit();init_redis_database();
VARIABLES="INTEGRATION_AUTH_BITBUCKET_REDIS_URL (or NC_REDIS_URL)";LOST=Symbol("the data was lost");MOST_TRIES2=3;reportedStays=
new Set;RedisConnection=class{#options;#redis;#candidate;#databases=new WeakMap;#life={name:"",value:""};#entries=0;#entering;#firstAttempt;#nextAttempt;#watch;#failures=0;#trouble="\
error";#stays;#isReported=false;#isClosed=false;constructor(options){this.#options=options}get isUsable(){return this.#redis!==
void 0}get status(){if(!this.#redis)return{trouble:this.#trouble};const database=this.#databases.get(this.#redis)??0;return this.#stays===
void 0?{database}:{database,stays:this.#stays}}async use(work,{isAwaited}={isAwaited:true}){const redis=await this.connected();
if(!redis)return void 0;try{const result=await within(this.#options.limits.operation,this.#attempt(redis,work),{isAwaited});
this.#failures=0;return result}catch(error){const trouble=troubleOf(error);if(trouble!==void 0)this.#lose(redis,redis.stream.
writable?trouble:void 0);return void 0}}async#attempt(redis,work){for(let tries=1;tries<=MOST_TRIES2;tries+=1){const entries=this.#entries;
const result=await work(redis,this.#life);if(result!==LOST)return result;if(entries===this.#entries)await this.#enterAgain(
redis)}return void 0}#enterAgain(redis){this.#entering??=this.#enter(redis).then(()=>this.#options.opened?.()).finally(()=>this.#entering=
void 0);return this.#entering}async#enter(redis){const{url,isDatabaseSought,otherDatabases,lifeName,check}=this.#options;
const home=this.#options.database??(0,import_core17.core)().redisServer(url).database;const place=isDatabaseSought?await seekDatabase(
redis,home,otherDatabases):{database:home};if(place.database!==(this.#databases.get(redis)??0))await redis.select(place.
database);this.#databases.set(redis,place.database);const life=place.mark??await readLife(redis,lifeName);await check(redis,
life);this.#life=life;this.#entries+=1;this.#stays=place.stays;if(place.stays!==void 0)this.#reportStay(home,place.stays)}#reportStay(database,reason){
const stay=[this.#options.url,database,reason].join(" ");if(reportedStays.has(stay))return;reportedStays.add(stay);const text=`\
The plugin stays in database ${database} of the Redis of ${this.#name}, as ${reason}. NocoDB empties that database whene\
ver its main process starts: locks are lost then, and what processes told each other until one that knows it tells it ag\
ain. Set INTEGRATION_AUTH_BITBUCKET_REDIS_URL to a Redis or a database that is nobody else's.`;this.#options.log(logLine(
{level:"WARN",event:"redis-database-shared",text}))}async connected(){if(!this.#isClosed)await(this.#firstAttempt??=this.#connect(
true));return this.#redis}close(){this.#isClosed=true;clearTimeout(this.#nextAttempt);clearInterval(this.#watch);for(const redis of[
this.#redis,this.#candidate])disconnect(redis);this.#redis=void 0}async#connect(isAwaited){const errors=[];try{const{Redis}=await Promise.resolve().then(()=>__toESM(require("ioredis")));
await within(this.#options.limits.connection,this.#open(Redis,errors),{isAwaited})}catch(error){disconnect(this.#candidate);
this.#candidate=void 0;this.#retry(troubleOf(errors[0]??error)??"error");return}const redis=this.#candidate;this.#candidate=
void 0;if(this.#isClosed)return;const since=performance.now();redis.once("end",()=>{if(performance.now()-since>this.#options.
limits.reconnection)this.#failures=0;this.#lose(redis)});this.#redis=redis;if(this.#isReported){const text=`The Redis of\
 ${this.#name} can be used again.`;this.#options.log(logLine({level:"INFO",event:"redis-available",text}))}this.#isReported=
false;this.#options.opened?.();this.#watch??=setInterval(()=>this.use(look,{isAwaited:false}),this.#options.limits.watch).
unref()}get#name(){return this.#options.variable??VARIABLES}async#open(Redis,errors){if(this.#isClosed)throw new Error("\
closed");const{url,limits:limits2,scripts}=this.#options;const{username,password,database:_,tls,...server}=(0,import_core17.core)().
redisServer(url);const redis=new Redis({...server,...tls&&{tls},lazyConnect:true,connectTimeout:limits2.connection,retryStrategy:()=>null,
disconnectTimeout:1,enableOfflineQueue:false,autoResendUnfulfilledCommands:false,enableReadyCheck:false,disableClientInfo:true,
scripts:{...DATABASE_SCRIPTS,...scripts}});this.#candidate=redis;redis.on("error",error=>errors.push(error));const connected=redis.
connect();setImmediate(()=>redis.stream?.unref());await connected;const ready=async()=>{if(password!==void 0||username!==
void 0){const known=username?redis.auth(username,password??""):redis.auth(password??"");await known.catch(needless)}await this.#enter(
redis)};await within(limits2.operation,ready(),{isAwaited:false})}#lose(redis,trouble){if(this.#redis!==redis)return;this.#redis=
void 0;disconnect(redis);this.#retry(trouble)}#retry(trouble){if(this.#isClosed)return;const{log,limits:limits2,without}=this.#options;
this.#trouble=trouble??"error";if(trouble!==void 0&&!this.#isReported){const text=`The Redis of ${this.#name} cannot be \
used (${trouble}): until it can, this process ${without}.`;log(logLine({level:"WARN",event:"redis-unavailable",text}));this.#isReported=
true}const pause=Math.min(limits2.reconnection,100*2**this.#failures)*(1+Math.random())/2;this.#failures+=1;this.#nextAttempt=
setTimeout(()=>this.#connect(false),pause).unref()}}}});function numberOf2(many){numbered+=many;return numbered-many+1}function run(redis,life,key,{limit=0,used=0,number=0},known,missing){
const{requestLog}=redis;const window=(0,import_core18.core)().rateLimitWindow()*1e3;return requestLog.call(redis,PREFIX+
key,life.name,life.value,NAME,window,limit,used,number,known,...missing)}async function checkLog(redis,life){const number=numberOf2(
1);const key=`check:${NAME}${number}`;await run(redis,life,key,{limit:1,number},0,[]);await run(redis,life,key,{limit:1,
number},0,[]);await redis.zrem(PREFIX+key,NAME+number)}var import_node_crypto2,import_core18,REDIS_LIMITS,SETTLING_MS,PREFIX,
NAME,MOST_AT_ONCE,LOG_SCRIPT,SCRIPTS,numbered,SharedLogs,RateLog;var init_rate_log=__esm({"js/rate-log.js"(){import_node_crypto2=
require("node:crypto");init_redis_connection();import_core18=require("./shared.cjs");init_log_lines();REDIS_LIMITS={operation:1e3,
connection:2e3,reconnection:5e3,watch:5e3};SETTLING_MS=REDIS_LIMITS.reconnection+REDIS_LIMITS.connection;PREFIX="nocodb-\
bitbucket-auth:{rate}:";NAME=`${(0,import_node_crypto2.randomBytes)(9).toString("base64url")}:`;MOST_AT_ONCE=1e3;LOG_SCRIPT=
`
  if redis.pcall('GET', KEYS[2]) ~= ARGV[1] then return 'lost' end
  local log, name = KEYS[1], ARGV[2]
  local window, limit, used = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
  local number, known = tonumber(ARGV[6]), tonumber(ARGV[7])
  local clock = redis.call('TIME')
  local now = clock[1] * 1000000 + clock[2]
  local trimmed = redis.pcall('ZREMRANGEBYSCORE', log, '-inf', now - window)
  if type(trimmed) == 'table' then
    -- What somebody else has put there is as good as not there.
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
`;SCRIPTS={requestLog:{lua:LOG_SCRIPT,numberOfKeys:2}};numbered=0;SharedLogs=class{#connection;#logs;#life;#settledAt=0;constructor(address,logs){
this.#logs=logs;this.#connection=new RedisConnection({...address,limits:REDIS_LIMITS,scripts:SCRIPTS,log:warn,without:"k\
eeps to the rate limit on its own",lifeName:`${PREFIX}life`,check:(redis,life)=>this.#check(redis,life),opened:()=>this.#passOn()})}ask({
key,times},question={},options){return this.#connection.use(async(redis,life)=>{for(let isComplete=true;;){const now=performance.
now();const missing=times.missing(MOST_AT_ONCE,now);const isLast=missing.length<2*MOST_AT_ONCE;const known=isLast&&isComplete?
times.known(now):0;const settling=question.limit===void 0?0:Math.max(0,Math.ceil(this.#settledAt-now));const reply=await run(
redis,life,key,isLast&&settling===0?question:{},known,missing);if(reply==="lost")return LOST;if(reply==="less"){isComplete=
false;times.lose()}else{times.passedOn(missing.filter((_,index)=>index%2===0));if(isLast)return settling||reply}}},options)}async takeBack(key,number){
await this.#connection.use(redis=>redis.zrem(PREFIX+key,NAME+number))}async#check(redis,life){await checkLog(redis,life);
if(this.#life!==void 0&&this.#life!==life.value)this.#settledAt=performance.now()+SETTLING_MS;this.#life=life.value;for(const{
times}of this.#logs())times.lose()}#passOn(){for(const log of this.#logs())void this.ask(log,{},{isAwaited:false})}};RateLog=
class{times=new((0,import_core18.core)()).RequestLog;#shared;constructor(key,shared){this.key=key;this.#shared=shared}get isEmpty(){
return this.times.wait(1,performance.now())===0}async take(limit){const number=numberOf2(1);const asked=performance.now();
const wait=await this.#shared?.ask(this,{limit,number});if(wait===0)this.times.add(asked,number,false);return{wait:wait??
this.#takeAlone(limit,number),number}}#takeAlone(limit,number){const now=performance.now();const wait=this.times.wait(limit,
now);if(wait===0)this.times.add(now,number,this.#shared!==void 0);return wait}async takeBack(number){this.times.takeBack(
number);await this.#shared?.takeBack(this.key,number)}async learn(used){const asked=performance.now();if(this.times.unknown(
used,asked)===0)return;const number=numberOf2(used);const unknown=await this.#shared?.ask(this,{used,number});const isMissing=unknown===
void 0&&this.#shared!==void 0;const many=unknown??this.times.unknown(used,asked);for(let at=number;at<number+many;at+=1)
this.times.add(asked,at,isMissing)}async countIn(log){log.times.absorb(this.times);await this.#shared?.ask(log)}}}});function rateLimiterOf(environment){const{rateLimit}=environment;if(rateLimit===void 0)return void 0;let limiter=limitersByEnvironment.
get(environment);if(!limiter)limitersByEnvironment.set(environment,limiter=findLimiter(environment,rateLimit));return limiter}
function findLimiter({isRateLimitConfigured,redis,client},rateLimit){const key=client?.deriveKey("rate-limit");const name=JSON.
stringify([rateLimit,isRateLimitConfigured,redis,hash(key,"")]);let limiter=limiters.get(name);if(!limiter){limiter=new RateLimiter(
{rateLimit,isRateLimitConfigured,redis,key});limiters.set(name,limiter)}return limiter}function hash(key,text){return(0,import_node_crypto3.createHmac)(
"sha256",key??"").update(text).digest("base64url")}function rateLimited(wait,detail){return(0,import_core19.failure)("AP\
I_RATE_LIMITED","api",{retryAfter:Math.ceil(wait)},{detail})}var import_node_crypto3,import_promises2,import_p_limit2,import_core19,
MOST_WAITING,SHORTEST_WAIT_MS,HOUR_MS,SWEEP_MS,LOGGED_MS,limiters,limitersByEnvironment,RateLimiter,Line;var init_rate_limit=__esm(
{"js/rate-limit.js"(){import_node_crypto3=require("node:crypto");import_promises2=require("node:timers/promises");import_p_limit2=
__toESM(require("p-limit"));init_abort();import_core19=require("./shared.cjs");init_rate_log();MOST_WAITING=1e4;SHORTEST_WAIT_MS=
1e3;HOUR_MS=60*60*1e3;SWEEP_MS=70*60*1e3;LOGGED_MS=1e4;limiters=new Map;limitersByEnvironment=new WeakMap;RateLimiter=class{#settings;#shared;#lines=new Map;#proven=new Map;#sweptAt=performance.
now();constructor(settings){this.#settings=settings;const{redis}=settings;this.#shared=redis&&new SharedLogs(redis,()=>Array.
from(this.#lines.values(),({requests:requests3})=>requests3))}take(account,group,options={}){return this.#lineOf(account,
group).take(options)}async observe(account,group,{status,headers}){const limit=headers["x-ratelimit-limit"];const near=headers["\
x-ratelimit-nearlimit"];const line=this.#lineOf(account,group);if(status<400&&limit===void 0&&near===void 0){line.accepted();
return}const{isRateLimitConfigured}=this.#settings;await line.learn((0,import_core19.core)().rateLimitNews(status,limit,
near,headers["retry-after"],line.limit,isRateLimitConfigured,line.refusals,Date.now()))}async prove(own,ask){if(this.#proven.
has(own))return;this.#proven.set(own,void 0);const account=await ask();if(account===void 0||account===own)return;const lines=[
...this.#lines].filter(([,line])=>line.account===own);await Promise.all(lines.map(async([name,line])=>{await line.continueIn(
this.#lineOf(account,line.group));this.#lines.delete(name)}));this.#proven.set(own,account)}#lineOf(own,group){this.#sweep();
const account=this.#proven.get(own)??own;const name=`${group} ${account}`;let line=this.#lines.get(name);if(!line){const requests3=new RateLog(
hash(this.#settings.key,name),this.#shared);line=new Line(Number(this.#settings.rateLimit),requests3,account,group);this.#lines.
set(name,line)}return line}#sweep(){const now=performance.now();if(now-this.#sweptAt<SWEEP_MS)return;this.#sweptAt=now;for(const[
name,line]of this.#lines){if(line.isForgettable(now))this.#lines.delete(name)}const accounts=new Set([...this.#lines.values()].
map(({account})=>account));for(const[own,account=own]of this.#proven){if(!accounts.has(account))this.#proven.delete(own)}}};
Line=class{#turn=(0,import_p_limit2.default)(1);#waiting=0;#closedUntil=0;#toldUntil=0;#pausedUntil=0;#pacedUntil=0;#pace=0;#nextAt=-Infinity;refusals=0;#logged;#waker=new AbortController;#successor;constructor(limit,requests3,account,group){
this.limit=limit;this.requests=requests3;this.account=account;this.group=group}async continueIn(line){const isPassedOn=this.
requests.countIn(line.requests);this.#successor=line;this.#waker.abort();await isPassedOn}async take({signal,maxWaitMs=Infinity,
log}){const now=performance.now();const paced=this.#pacedUntil>now?this.#nextAt-now+this.#waiting*this.#pace:0;const closed=Math.
max(this.#closedUntil-now,paced);if(this.#waiting>=MOST_WAITING){throw rateLimited(Math.max(closed,SHORTEST_WAIT_MS),`${MOST_WAITING}\
 requests of this account wait already; send fewer at once, or set INTEGRATION_AUTH_BITBUCKET_RATE_LIMIT to what Bitbuck\
et allows`)}if(closed>maxWaitMs)throw rateLimited(closed);this.#waiting+=1;try{const until=now+maxWaitMs;await unlessAborted(
this.#turn(()=>this.#pass(signal,until,log)),signal)}finally{this.#waiting-=1}}async learn({limit,used,pause,pace}){const now=performance.
now();if(limit!==void 0)this.limit=limit;if(pause===void 0)this.accepted();else if(pace===void 0)this.#toldUntil=Math.max(
this.#toldUntil,now+pause);else if(now>=this.#pausedUntil){this.refusals+=1;this.#pausedUntil=now+pause;this.#pacedUntil=
now+HOUR_MS;this.#pace=pace}if(limit!==void 0||pause!==void 0){this.#closedUntil=0;this.#waker.abort();this.#waker=new AbortController}
if(used!==void 0)await this.requests.learn(used)}accepted(){if(performance.now()>=this.#pausedUntil)this.refusals=0}isForgettable(now){
const isOpen=Math.max(this.#toldUntil,this.#pausedUntil,this.#pacedUntil)<=now;return this.#waiting===0&&isOpen&&this.requests.
isEmpty}async#pass(signal,until,log){while(!signal?.aborted){const now=performance.now();if(this.#successor)return this.#successor.
take({signal,maxWaitMs:until-now,log});const waker=this.#waker.signal;const closed=this.#closed(now);const{wait,number}=closed??
await this.requests.take(this.limit);if(number!==void 0&&wait<=0){if(!signal?.aborted&&!this.#successor)return this.#passed(
now);await this.requests.takeBack(number);continue}const reason=closed?.reason??"used up";if(wait>LOGGED_MS)this.#log(reason,
wait,log);if(now+wait>until||reason==="told"&&!(0,import_core19.core)().isWaitedFor(wait))throw rateLimited(wait);this.#closedUntil=
now+wait;const ends=AbortSignal.any([waker,...signal?[signal]:[]]);await(0,import_promises2.setTimeout)(wait,void 0,{signal:ends}).
catch(()=>{})}}#closed(now){if(this.#toldUntil>now)return{wait:this.#toldUntil-now,reason:"told"};const at=Math.max(this.#pausedUntil,
this.#pacedUntil>now?this.#nextAt:0);return at>now?{wait:at-now,reason:"refused"}:void 0}#passed(now){if(this.#pacedUntil>
now)this.#nextAt=now+this.#pace;else this.#logged=void 0}#log(reason,wait,log){if(!log||this.#logged===reason)return;this.#logged=
reason;const time=new Date(Date.now()+wait).toISOString();log({"used up":`Bitbucket's rate limit (${this.limit} an hour)\
 is used up until ${time}. Requests that wait in turn: ${this.#waiting}. INTEGRATION_AUTH_BITBUCKET_RATE_LIMIT sets the \
limit.`,refused:`Bitbucket refuses this account's requests: its hour is used up, by whatever uses the account. The next \
request is sent at ${time}; the others follow one at a time. Requests that wait: ${this.#waiting}.`,told:`Bitbucket asks\
 to wait until ${time}. This account's requests wait up to a minute; while there is more to wait, they fail with API_RAT\
E_LIMITED.`}[reason])}}}});function remembered(at){const ago=Date.now()-at;return ago<REMEMBERED_MS&&ago>=-CLOCK_TOLERANCE_MS?Math.max(ago,0):void 0}
function decide({fence},{place,isFirst,newest,highest,isLast,own}){return(0,import_core20.core)().publication(fence,place,
isFirst,newest,highest,isLast,own)}function placeIn(isNewest,isSame,isOfChain){if(isNewest)return"newest";if(isSame)return"\
passed";return isOfChain?"led-there":"apart"}var import_core20,MOST_KEYS,KEPT_MS2,SWEEP_MS2,REMEMBERED_MS,CLOCK_TOLERANCE_MS,
MemoryCoordination;var init_memory=__esm({"js/coordination/memory.js"(){import_core20=require("./shared.cjs");MOST_KEYS=
24;KEPT_MS2=90*24*60*60*1e3;SWEEP_MS2=60*60*1e3;REMEMBERED_MS=30*60*1e3;CLOCK_TOLERANCE_MS=1e3;MemoryCoordination=class{#chains=new Map;#locked=new Set;#fence=0;#refusedAt=new Map;#grantedAt=-Infinity;#sweptAt=Date.
now();async lock(key){if(this.#locked.has(key))return void 0;this.#locked.add(key);let held=true;this.#fence+=1;return{fence:this.#fence,
isHeld:()=>held,release:async()=>{if(held)this.#locked.delete(key);held=false}}}async find(key){return this.findLocal(key)}findLocal(key){
return this.#chains.get(key)?.entry}async publish(key,entry){this.#sweep();const{step,isNewest}=decide(entry,this.placeOf(
key,entry.key));const isOutdated=step==="none"||step==="join";const newest=isNewest?entry:this.findLocal(isOutdated?key:
entry.key);this.#lead(key,entry.key,newest??entry);return isNewest}placeOf(key,own){const known=this.#chains.get(key);const joined2=this.#chains.
get(own);const newest=known?.entry.key??key;const fence=known?.entry.fence??0;return{place:placeIn(newest===own,key===own,
joined2!==void 0&&joined2===known),isFirst:newest===key,newest:fence,highest:fence,isLast:joined2===void 0||joined2.entry.
key===own,own:joined2?.entry.fence??0}}settle(key,entry){this.#lead(key,entry.key,entry)}lastKeys(){return[...new Set(this.#chains.
values())].flatMap(({keys})=>keys.slice(-2))}#lead(key,other,entry){const chain=this.#chains.get(key)??{entry,keys:[key],
publishedAt:0};chain.entry=entry;chain.publishedAt=Date.now();const keys=[...new Set([...chain.keys,...this.#chains.get(
other)?.keys??[],other,entry.key])];for(const forgotten of keys.slice(0,-MOST_KEYS))this.#chains.delete(forgotten);chain.
keys=keys.slice(-MOST_KEYS);for(const lead of chain.keys)this.#chains.set(lead,chain)}async noteRefusal(key){this.#refusedAt.
delete(key);this.#refusedAt.set(key,Date.now());const[first]=this.#refusedAt.keys();if(this.#refusedAt.size>2&&first!==void 0)
this.#refusedAt.delete(first)}async noteGrant(agoMs){this.#grantedAt=Math.max(this.#grantedAt,Date.now()-agoMs)}async refusals(key){
const refused=this.lastRefusals();const others=refused.filter(refusal=>refusal.key!==key);return{refusedAgo:refused.at(-1)?.
agoMs,othersRefusedAgo:others.at(-1)?.agoMs,grantedAgo:this.lastGrantAgo()}}lastRefusals(){return[...this.#refusedAt].flatMap(
([key,at])=>{const agoMs=remembered(at);return agoMs===void 0?[]:[{key,agoMs}]})}lastGrantAgo(){return remembered(this.#grantedAt)}async close(){
this.#chains.clear()}#sweep(){const now=Date.now();if(now-this.#sweptAt<SWEEP_MS2)return;this.#sweptAt=now;for(const[key,
{publishedAt}]of this.#chains){if(now-publishedAt>KEPT_MS2)this.#chains.delete(key)}}}}});var HIGHEST_FENCE,PRELUDE,GUARD,CHECK,GUARDED,SCRIPTS2;var init_redis_scripts=__esm({"js/coordination/redis-scripts.js"(){
init_memory();HIGHEST_FENCE=1e12;PRELUDE=`
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
      -- It was lost, and nobody may know how far it had come: not as far as hundredths of seconds do, as locks are rare\
r.
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
  -- First, as a script that has written anything may go on when memory is used up.
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
    local place = newest == own and 'newest' or passed[own] and 'passed' or beyond[key] and 'led-there'
      or last == newest and 'led-to-newest' or 'apart'
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
lua])].map(([name,lua])=>[name,{lua,numberOfKeys:2}]))}});function lesser(local,shared=UNKNOWN){return shared===UNKNOWN?local:Math.min(local??Infinity,shared)}function boundTo(key,fence,predecessor){
return Buffer.from(predecessor===void 0?`nocodb-bitbucket-auth pair 1 ${key}`:`nocodb-bitbucket-auth pair 2 ${JSON.stringify(
[key,fence,predecessor])}`)}function versionOf({value,fence}){const{obtainedAt,expiresAt}=value;return[obtainedAt,expiresAt,
"dead"in value,fence]}function textOf({place,isFirst,newest,highest,isLast,own}){return[place,Number(isFirst),newest,highest,
Number(isLast),own].join(" ")}function placeOf(text){const[place,isFirst,newest,highest,isLast,own]=text.split(" ");return{
place,isFirst:isFirst==="1",newest:Number(newest),highest:Number(highest),isLast:isLast==="1",own:Number(own)}}async function checkScripts(redis,prefix,life,args){
const keys=[prefix,life.name];await run2(redis,"check",keys,args);await run2(redis,"check",keys,args)}function run2(redis,name,[
prefix="",lifeName=""],args){return redis[name](prefix,lifeName,...args)}var import_node_crypto4,import_core21,SECOND,HOUR,
DAY,LIMITS2,UNKNOWN,MOST_RACES,MOST_PENDING,RedisCoordination,CIPHER,NONCE_LENGTH,TAG_LENGTH;var init_redis=__esm({"js/c\
oordination/redis.js"(){import_node_crypto4=require("node:crypto");import_core21=require("./shared.cjs");init_memory();init_redis_connection();
init_redis_scripts();SECOND=1e3;HOUR=60*60*SECOND;DAY=24*HOUR;LIMITS2={lock:6*SECOND,operation:SECOND,connection:2*SECOND,
reconnection:5*SECOND,watch:5*SECOND,pointer:30*DAY,pair:95*DAY};UNKNOWN=-1;MOST_RACES=5;MOST_PENDING=1e5;RedisCoordination=
class{#memory=new MemoryCoordination;#options;#limits;#isClosed=false;#prefix;#connection;#fence=0;#life;#pending=new Set;#held=new Set;constructor(options){
this.#options=options;this.#limits={...LIMITS2,...options.limits};this.#prefix=`nocodb-bitbucket-auth:{${options.namespace}\
}:`;this.#connection=new RedisConnection({url:options.url,variable:options.variable,database:options.database,isDatabaseSought:options.
isDatabaseSought,otherDatabases:options.otherDatabases,limits:this.#limits,scripts:SCRIPTS2,log:options.log,without:"ren\
ews tokens on its own",lifeName:`${this.#prefix}life`,check:(redis,life)=>this.#check(redis,life),opened:()=>void this.#shareAll()})}async lock(key){
const own=await this.#memory.lock(key);if(!own)return void 0;const{lock:limit,pair}=this.#limits;const owner=(0,import_node_crypto4.randomBytes)(
16).toString("base64url");await this.#connection.connected();const asked=performance.now();const fence=await this.#ask("\
acquire",[key,owner,limit,this.#fence,pair]);if(fence===0){await own.release();return void 0}if(typeof fence!=="number")
return{...own,fence:0};this.#see(fence);let heldUntil=asked+limit;const extend=async()=>{const sent=performance.now();const extended=await this.#ask(
"extend",[key,owner,limit],{isAwaited:false});if(extended===1)heldUntil=sent+limit;if(extended===0)end2()};const heartbeat=setInterval(
extend,limit/3).unref();const end2=()=>{heldUntil=-Infinity;clearInterval(heartbeat);this.#held.delete(end2)};this.#held.
add(end2);const isHeld=()=>{if(performance.now()>=heldUntil)end2();return this.#held.has(end2)};return{fence,isHeld,release:async()=>{
if(isHeld()){end2();await this.#ask("release",[key,owner])}await own.release()}}}async find(key){const before=this.#memory.
findLocal(key);const reply=await this.#ask("find",[key,before?.key??""]);const shared=this.#read(reply?.[0],reply?.[1]);
const local=this.#memory.findLocal(key)??(shared&&this.#memory.findLocal(shared.key));if(!reply||!(shared||local))return local;
if(local&&(!shared||this.#isMissingBeside(local,shared,local===before&&reply[2]===1))){await this.#share(key,local);return this.
findLocal(key)??this.findLocal(local.key)}if(shared)this.#memory.settle(key,shared);return shared??local}findLocal(key){
return this.#memory.findLocal(key)}async publish(key,entry){const known=this.#memory.findLocal(key);const fence=entry.fence===
0&&known?.key===key?known.fence:entry.fence;const kept3={...entry,fence};const expected=this.#memory.placeOf(key,kept3.key);
const isNewest=await this.#memory.publish(key,kept3);return await this.#share(key,kept3,expected)??isNewest}async noteRefusal(key){
await Promise.all([this.#ask("refusals",[key,0,UNKNOWN]),this.#memory.noteRefusal(key)])}async noteGrant(agoMs){await Promise.
all([this.#ask("refusals",["",UNKNOWN,agoMs]),this.#memory.noteGrant(agoMs)])}async refusals(key){const[shared,local]=await Promise.
all([this.#ask("refusals",[key,UNKNOWN,UNKNOWN]),this.#memory.refusals(key)]);const[refused,othersRefused,granted]=shared??
[];return{refusedAgo:lesser(local.refusedAgo,refused),othersRefusedAgo:lesser(local.othersRefusedAgo,othersRefused),grantedAgo:lesser(
local.grantedAgo,granted)}}async close(){this.#isClosed=true;for(const end2 of this.#held)end2();this.#connection.close();
this.#pending.clear();await this.#memory.close()}async#share(key,entry,expected=this.#memory.placeOf(key,entry.key),options){
const{pair,pointer}=this.#limits;this.#see(entry.fence);const sealed=`${key} ${this.#encrypt(entry,key)}`;for(let races=0,
place=expected;races<MOST_RACES;races+=1){const{step,by,isNewest}=decide(entry,place);const args=[textOf(place),step,by,
entry.fence,isNewest?sealed:"",pair,pointer];const reply=await this.#ask("publish",[key,entry.key,...args],options);if(!reply)
break;const[seen,newest,ofNewest,last,ofLast]=reply;if(seen===textOf(place)){this.#pending.delete(key);return isNewest||
this.#isSurpassed(key,entry,step==="precede"?this.#read(last,ofLast):this.#read(newest,ofNewest))}place=placeOf(seen)}this.#postpone(
key);return void 0}#isSurpassed(key,entry,winner){const known=this.findLocal(key)??this.findLocal(entry.key);if(winner&&
(0,import_core21.core)().outdates(...versionOf(entry),...versionOf(winner)))return true;if(winner&&known?.key===entry.key){
this.#memory.settle(entry.key,winner);this.#memory.settle(key,winner)}return false}#isMissingBeside(local,shared,leadsThere){
const isSame=local.key===shared.key;const isKnown=isSame?!this.#pending.has(local.key):leadsThere;return(0,import_core21.core)().
isMissingBeside(...versionOf(local),...versionOf(shared),isSame,isKnown)}#postpone(key){if(this.#isClosed)return;this.#pending.
add(key);const[oldest]=this.#pending;if(this.#pending.size>MOST_PENDING&&oldest!==void 0)this.#pending.delete(oldest)}async#shareAll(){
await this.#shareRefusals();for(const key of[...this.#pending]){if(!this.#connection.isUsable)return;const entry=this.#memory.
findLocal(key);if(entry)await this.#share(key,entry,void 0,{isAwaited:false});else this.#pending.delete(key)}}async#shareRefusals(){
const isAwaited=false;for(const{key,agoMs:agoMs2}of this.#memory.lastRefusals()){await this.#ask("refusals",[key,agoMs2,
UNKNOWN],{isAwaited})}const agoMs=this.#memory.lastGrantAgo();if(agoMs!==void 0)await this.#ask("refusals",["",UNKNOWN,agoMs],
{isAwaited})}#see(fence){if(fence<=HIGHEST_FENCE)this.#fence=Math.max(this.#fence,fence)}async#ask(name,args,options){return this.#connection.
use(async(redis,life)=>{const reply=await run2(redis,name,[this.#prefix,life.name],[life.value,...args]);return reply===
"lost"?LOST:reply},options)}async#check(redis,life){await checkScripts(redis,this.#prefix,life,[this.#fence,this.#limits.
pair]);if(this.#life!==void 0&&life.value!==this.#life){for(const key of this.#memory.lastKeys())this.#pending.add(key)}
this.#life=life.value}#encrypt({key,value,fence},predecessor){const nonce=(0,import_node_crypto4.randomBytes)(NONCE_LENGTH);
const cipher=(0,import_node_crypto4.createCipheriv)(CIPHER,this.#options.encryptionKey,nonce,{authTagLength:TAG_LENGTH});
cipher.setAAD(boundTo(key,fence,predecessor));const text=[cipher.update(JSON.stringify(value),"utf8"),cipher.final()];return Buffer.
concat([nonce,...text,cipher.getAuthTag()]).toString("base64url")}#read(key,pair){const[,digits,predecessor,ciphertext]=/^(\d+) (?:(.*) )?(\S+)$/.
exec(String(pair))??[];const fence=Number(digits);if(typeof key!=="string"||ciphertext===void 0||!(fence<=HIGHEST_FENCE))
return void 0;const bytes=Buffer.from(ciphertext,"base64url");if(bytes.length<NONCE_LENGTH+TAG_LENGTH)return void 0;try{
const decipher=(0,import_node_crypto4.createDecipheriv)(CIPHER,this.#options.encryptionKey,bytes.subarray(0,NONCE_LENGTH),
{authTagLength:TAG_LENGTH});decipher.setAAD(boundTo(key,fence,predecessor)).setAuthTag(bytes.subarray(-TAG_LENGTH));const text=Buffer.
concat([decipher.update(bytes.subarray(NONCE_LENGTH,-TAG_LENGTH)),decipher.final()]);this.#see(fence);return{key,value:JSON.
parse(text.toString("utf8")),fence}}catch{return void 0}}};CIPHER="aes-256-gcm";NONCE_LENGTH=12;TAG_LENGTH=16}});var import_promises3,import_core22,CLIENT2,LOOK_MS,LOCK_WAIT_MS,RefreshQueue;var init_refresh_queue=__esm({"js/refresh-q\
ueue.js"(){import_promises3=require("node:timers/promises");import_core22=require("./shared.cjs");CLIENT2="client";LOOK_MS=
1e3;LOCK_WAIT_MS=200;RefreshQueue=class{#queue;#coordination;#waiting=new Map;#isAdmitting=false;constructor(coordination,lockoutMs){
this.#coordination=coordination;this.#queue=new((0,import_core22.core)()).RefreshQueue(lockoutMs)}enter(lane){return new Promise(
resolve=>{this.#waiting.set(this.#queue.enter(lane),resolve);void this.#admitAll()})}wait(){return this.#queue.wait(performance.
now())}async#admitAll(){if(this.#isAdmitting)return;this.#isAdmitting=true;const{RefreshAdmission}=(0,import_core22.core)();
for(;;){await this.#learn();const now=performance.now();const admission=this.#queue.next(now);if(admission===RefreshAdmission.
First)this.#admit();else if(admission===RefreshAdmission.FirstAlone)await this.#admitAlone();else if(admission===RefreshAdmission.
NobodyYet){await(0,import_promises3.setTimeout)(Math.min(this.#queue.wait(now),LOOK_MS),void 0,{ref:false})}else break}this.#isAdmitting=
false}async#admitAlone(){const lock=await this.#coordination.lock(CLIENT2);if(!lock){await(0,import_promises3.setTimeout)(
LOCK_WAIT_MS*(1+Math.random())/2,void 0,{ref:false});return}await this.#learn();if(this.#queue.next(performance.now())===
(0,import_core22.core)().RefreshAdmission.FirstAlone)this.#admit(lock);else await lock.release()}#admit(lock){const ticket=this.#queue.
admit(lock!==void 0);if(ticket===void 0)return;const end2=note=>{note();void lock?.release();void this.#admitAll()};this.#waiting.
get(ticket)?.({granted:sentAt=>end2(()=>this.#queue.granted(sentAt,performance.now())),refused:()=>end2(()=>this.#queue.
refused(performance.now())),failed:()=>end2(()=>this.#queue.failed(performance.now()))});this.#waiting.delete(ticket)}async#learn(){
const{refusedAgo,grantedAgo}=await this.#coordination.refusals(CLIENT2);this.#queue.learn(refusedAgo,grantedAgo,performance.
now())}}}});var Sleepers;var init_sleepers=__esm({"js/sleepers.js"(){Sleepers=class{#wakes=new Set;wait(ms){return new Promise((resolve,reject)=>{
const wake=(isOver,error)=>{clearTimeout(timer);this.#wakes.delete(wake);if(error===void 0)resolve(isOver);else reject(error)};
const timer=setTimeout(wake,ms,false);this.#wakes.add(wake)})}wakeAll(error){for(const wake of[...this.#wakes])wake(true,
error)}}}});var import_promises4,import_core23,import_error9,PATIENCE_MS,ASK_AGAIN_MS,NAME_LENGTH,OLDER,Connection2;var init_token_connection=__esm(
{"js/token-connection.js"(){import_promises4=require("node:timers/promises");init_activity();import_core23=require("./shared.cjs");
import_error9=require("./shared.cjs");init_sleepers();init_token_endpoint();init_token_store();PATIENCE_MS=5e4;ASK_AGAIN_MS=
2e3;NAME_LENGTH=8;OLDER=0;Connection2=class{#keeper;#policy;#pair;name;activity=new Activity;#key;#publishedKey;#current;#turn;#retry;#waiting;#sleepers;#pass;#refusedAt=0;#lock;#lastError;#unstored=0;#touchedAt=Date.
now();constructor(keeper,pair,key){const{RefreshPolicy}=(0,import_core23.core)();this.#keeper=keeper;this.#pair=pair;this.
name=key.slice(0,NAME_LENGTH);this.#key=key;this.#publishedKey=key;this.#policy=new RefreshPolicy(pair.obtainedAt,pair.expiresAt,
pair.accessToken!==void 0,keeper.environment.lockoutMs,Date.now())}attach(pair,key,owner){const now=Date.now();this.#touchedAt=
now;if(key!==this.#key)return;const{accessToken}=this.#pair;if(pair.accessToken!==void 0&&pair.accessToken!==accessToken&&
this.#policy.configured(pair.obtainedAt,pair.expiresAt,now)){this.#pair=pair}if(owner&&pair.accessToken===this.#pair.accessToken)
noteStored(owner,this.#policy.generation)}async newest(owner,patienceMs=PATIENCE_MS){const until=performance.now()+patienceMs;
for(let known=owner.stored;;){refuseEnded(owner);const now=Date.now();const deadline=now+until-performance.now();if(this.#mayUse(
this.#policy.asked(known,deadline,now),owner))return this.#snapshot();if(await this.#isOver(until))known=owner.handed}}async renewed(owner,refreshToken=this.#pair.
refreshToken){return this.#renewedAfter(owner,refreshToken===this.#pair.refreshToken?this.#policy.generation:OLDER)}async cureFor(owner,{
generation,accessToken},repetitions){if(!this.#policy.suspect(generation,repetitions,Date.now()))return void 0;const newer=await this.#renewedAfter(
owner,generation);return newer.accessToken===accessToken?void 0:newer}async#renewedAfter(owner,generation){refuseEnded(owner);
const until=performance.now()+PATIENCE_MS;for(;;){const now=Date.now();const deadline=now+until-performance.now();if(this.#mayUse(
this.#policy.renew(generation,deadline,now),owner))break;await this.#isOver(until);if(this.#policy.generation===generation&&
!this.#policy.isForced){throw this.#why(this.#policy.reason(Date.now()))}}return this.newest(owner,until-performance.now())}async latest(){
const entry=await this.#keeper.coordination.find(this.#key);if(!entry||entry.key===this.#key||"dead"in entry.value)return this.#pair;
const{value}=entry;return this.#policy.believes(value.obtainedAt,value.expiresAt)?value:this.#pair}async includes(refreshToken){
const{coordination}=this.#keeper;const key=this.#keeper.keyOf(refreshToken);if(key===this.#key)return true;const[its,own]=await Promise.
all([coordination.find(key),coordination.find(this.#key)]);return its!==void 0&&its.key!==key&&(its.key===this.#key||its.
key===own?.key)}isIdle(){return this.#policy.isIdle(Date.now())}rejected({generation},repetitions){return this.#policy.reject(
generation,repetitions,Date.now())}isForgettable(before){return this.#touchedAt<before&&!this.#turn&&this.#unstored!==this.#policy.
generation}#mayUse(answer,owner){const{RefreshAnswer}=(0,import_core23.core)();if(answer===RefreshAnswer.Use)return true;
this.#begin(owner);if(answer===RefreshAnswer.Turn)return false;throw this.#why(answer)}#why(answer){const{RefreshAnswer}=(0,import_core23.core)();
switch(answer){case RefreshAnswer.Dead:return this.#lastError?.reauthorize?this.#lastError:(0,import_core23.failure)("RE\
CONNECT_REQUIRED","refresh");case RefreshAnswer.Doubtful:{const wait=this.#policy.wait(Date.now())??this.#keeper.queue.wait();
return(0,import_core23.failure)("REFRESH_PENDING","refresh",wait>0?{retryAfter:Math.ceil(wait)}:{})}case RefreshAnswer.Failed:
return this.#lastFailure();default:return(0,import_core23.failure)("REQUEST_TIMEOUT","refresh")}}#lastFailure(){const error=this.#lastError??
(0,import_core23.failure)("REQUEST_FAILED","refresh");const left=this.#policy.wait(Date.now());return left===void 0?error:
(0,import_error9.withWait)(error,left)}#snapshot(){this.#touchedAt=Date.now();const{generation}=this.#policy;if(this.#current?.
generation!==generation){const{accessToken=""}=this.#pair;this.#current=Object.freeze({accessToken,generation,pair:this.#pair})}
return this.#current}#isOver(until){return(this.#sleepers??=new Sleepers).wait(Math.min(until-performance.now(),ASK_AGAIN_MS))}#begin(owner){
if(this.#policy.action===(0,import_core23.core)().RefreshAction.Rest)return;(this.#waiting??=new Set).add(owner);if(this.#turn)
return;const end2=error=>{const waited=this.#waiting??[];this.#turn=void 0;this.#waiting=void 0;this.#sleepers?.wakeAll(
error);this.#retryLater([...waited])};this.#turn=this.#run().then(()=>end2(),end2)}#retryLater(holders){clearTimeout(this.#retry);
const wait=this.#policy.retryIn(Date.now());const owner=holders.find(holder=>hasLivingStore([holder]));if(wait===void 0||
!owner)return;const retry=()=>{const now=Date.now();if(this.#policy.retryIn(now)!==0)this.#retryLater(holders);else{this.#policy.
asked(owner.stored,Infinity,now);this.#begin(owner)}};this.#retry=setTimeout(retry,wait).unref()}async#run(){const{RefreshAction,
RefreshEvent}=(0,import_core23.core)();try{for(let action=this.#policy.action;;){switch(action){case RefreshAction.Lock:
await this.#unlock();this.#lock=await this.#keeper.coordination.lock(this.#key);action=this.#on(this.#lock?RefreshEvent.
Locked:RefreshEvent.LockBusy);break;case RefreshAction.Look:action=await this.#underLock(()=>this.#look());break;case RefreshAction.
Queue:this.#pass=await this.#keeper.queue.enter(this.#policy.lane(Date.now()));action=this.#on(RefreshEvent.Admitted);break;case RefreshAction.
Refresh:action=await this.#underLock(()=>this.#refresh());break;case RefreshAction.Judge:action=await this.#judge();break;case RefreshAction.
Store:action=await this.#underLock(()=>this.#store());break;case RefreshAction.Publish:action=this.#on(await this.#publish()?
RefreshEvent.Published:RefreshEvent.Superseded);break;case RefreshAction.Bury:action=await this.#bury();break;case RefreshAction.
Report:reportUnstored(this.#waiting??[],this.#policy.generation,this);action=this.#on(RefreshEvent.Reported);break;case RefreshAction.
Wait:await(0,import_promises4.setTimeout)(this.#policy.pause(Date.now()),void 0,{ref:false});action=this.#on(RefreshEvent.
Woke);break;default:return}}}finally{this.#pass?.failed();this.#pass=void 0;await this.#unlock()}}#on(event){return this.#policy.
on(event,Date.now(),Math.random())}async#unlock(){const lock=this.#lock;this.#lock=void 0;await lock?.release()}async#underLock(work){
if(this.#lock?.isHeld())return work();this.#leave(pass=>pass.failed());return this.#on((0,import_core23.core)().RefreshEvent.
LockLost)}async#look(){const{RefreshEvent}=(0,import_core23.core)();const{key=this.#key,value=this.#pair}=await this.#keeper.
coordination.find(this.#key)??{};const{accessToken,obtainedAt,expiresAt,diedAt}=value;const isSame=key===this.#key;const news=(0,import_core23.core)().
newsOf("refreshToken"in value,"dead"in value,isSame,accessToken===this.#pair.accessToken);if(news==="death")return this.#policy.
foundDead(diedAt,Date.now(),Math.random());if(news==="pair"){return this.#adopt(value,key,()=>this.#policy.found(obtainedAt,
expiresAt,isSame,Date.now(),Math.random()))}return this.#policy.isDoubtful?this.#lookIntoStores():this.#on(RefreshEvent.
NothingFound)}async#lookIntoStores(){const{RefreshEvent}=(0,import_core23.core)();const waiting=this.#waiting??[];const theirs=await readStores(
waiting,this);if(!hasLivingStore(waiting))return this.#on(RefreshEvent.Abandoned);if(!theirs)return this.#on(RefreshEvent.
NothingFound);const before=this.#key;const action=this.#adopt(theirs,this.#keeper.keyOf(theirs.refreshToken),()=>this.#policy.
foundInRow(theirs.obtainedAt,theirs.expiresAt,Date.now(),Math.random()));if(this.#key!==before)await this.#keeper.coordination.
publish(before,this.#entry(this.#pair));return action}#adopt(pair,key,decide2){const{generation}=this.#policy;const action=decide2();
if(this.#policy.generation!==generation){this.#take(makePair(pair),key);this.#publishedKey=key}return action}async#refresh(){
const{coordination,grant}=this.#keeper;const sentAt=performance.now();try{const tokens=await observeRefresh(()=>({connection:this.
name,grant}),()=>this.#requestTokens());const action=this.#policy.renewed(tokens.obtainedAt,tokens.expiresAt,Date.now(),
Math.random());const newer=makePair({refreshToken:this.#pair.refreshToken,...tokens});this.#take(newer,this.#keeper.keyOf(
newer.refreshToken));this.activity.refreshes+=1;reportRefresh(this.#waiting??[],this,performance.now()-sentAt);this.#leave(
pass=>pass.granted(sentAt));void coordination.noteGrant(performance.now()-sentAt);return action}catch(error){if(!(error instanceof
import_error9.BitbucketAuthError))throw error;this.#lastError=error;this.activity.failed(error);reportFailure(this.#waiting??
[],this,error,performance.now()-sentAt);const{code,retryable,retryAfter}=error;if((0,import_core23.core)().isRefusal(code)){
this.#refusedAt=performance.now();await coordination.noteRefusal(this.#key);this.#leave(pass=>pass.refused())}else this.#leave(
pass=>pass.failed());return this.#policy.failed(code,retryable,retryAfter,Date.now(),Math.random())}}#requestTokens(){const{
environment,grant}=this.#keeper;const{refreshToken,scopes}=this.#pair;return requestTokens(environment,client=>client.buildRenewalRequest(
grant,refreshToken),grant,{refreshToken,scopes})}#leave(tell){const pass=this.#pass;this.#pass=void 0;if(pass)tell(pass)}async#judge(){
const{othersRefusedAgo}=await this.#keeper.coordination.refusals(this.#key);const refusedAgo=performance.now()-this.#refusedAt;
return this.#policy.judged(othersRefusedAgo,refusedAgo,Date.now(),Math.random())}#take(pair,key){const before=this.#key;
this.#pair=pair;this.#key=key;this.#lastError=void 0;if(key!==before)this.#keeper.rename(this,before,key)}async#bury(){const{
RefreshAction,RefreshEvent}=(0,import_core23.core)();const death=this.#entry({...this.#pair,dead:true,diedAt:Date.now()});
const isNews=await this.#keeper.coordination.publish(this.#key,death);const action=this.#on(isNews?RefreshEvent.Published:
RefreshEvent.Superseded);if(action===RefreshAction.Rest)reportDeath(this.#waiting??[],this);return action}async#publish(){
const{coordination}=this.#keeper;const next=this.#key===this.#publishedKey?void 0:await coordination.lock(this.#key);const isNewest=await coordination.
publish(this.#publishedKey,this.#entry(this.#pair));this.#publishedKey=this.#key;if(next){await this.#unlock();this.#lock=
next}return isNewest}#entry(value){return{key:this.#key,value,fence:this.#lock?.fence??0}}async#store(){const{RefreshEvent}=(0,import_core23.core)();
const{generation}=this.#policy;const isStored=await storePair(this.#waiting??[],this.#pair,generation,this);this.#unstored=
isStored?0:generation;return this.#on(this.#unstored?RefreshEvent.StoreFailed:RefreshEvent.Stored)}}}});function coordinations(){const shared=globalThis;return shared[SHARED2]??=new Map}function keeperOf(environment){const{client}=environment;
let keeper=keepersByClient.get(client);if(!keeper)keepersByClient.set(client,keeper=findKeeper(environment));return keeper}
function findKeeper(environment){const{client,redis}=environment;const clientKey=client.deriveKey("namespace");const name=hash2(
clientKey,redis?JSON.stringify(redis):"");let keeper=keepers.get(name);if(!keeper){const coordination=coordinations().get(
name)??createCoordination(environment,hash2(clientKey,""));coordinations().set(name,coordination);keeper=new TokenKeeper(
environment,coordination);keepers.set(name,keeper)}return keeper}function createCoordination(environment,namespace){const{
client,redis}=environment;if(!redis)return new MemoryCoordination;return new RedisCoordination({...redis,namespace,encryptionKey:client.
deriveKey("shared-store"),log:warn})}function hash2(key,text){return(0,import_node_crypto5.createHmac)("sha256",key).update(
text).digest().toString("base64url",0,16)}var import_node_crypto5,KEPT_MS3,SWEEP_MS3,SHARED2,keepers,keepersByClient,TokenKeeper;
var init_token_keeper=__esm({"js/token-keeper.js"(){import_node_crypto5=require("node:crypto");init_memory();init_redis();
init_log_lines();init_refresh_queue();init_token_connection();init_token_store();KEPT_MS3=24*60*60*1e3;SWEEP_MS3=60*60*1e3;
SHARED2=Symbol.for("nocodb-bitbucket-auth/coordinations/2");keepers=new Map;keepersByClient=new WeakMap;TokenKeeper=class _TokenKeeper{#connections=new Map;#hashKey;#sweptAt=Date.
now();#ofClient;constructor(environment,coordination,grant="refresh_token"){this.environment=environment;this.coordination=
coordination;this.grant=grant;this.queue=new RefreshQueue(coordination,environment.lockoutMs);this.#hashKey=environment.
client.deriveKey("refresh-token")}attach(pair,owner){this.#sweep();const key=this.keyOf(pair.refreshToken);let connection=this.#connections.
get(key);if(!connection){const newest=this.coordination.findLocal(key);connection=newest&&this.#connections.get(newest.key)}
if(!connection){connection=new Connection2(this,pair,key);this.#connections.set(key,connection)}connection.attach(pair,key,
owner);return connection}ofClient(){this.#ofClient??=new _TokenKeeper(this.environment,new MemoryCoordination,"client_cr\
edentials").attach(makePair({refreshToken:""}));return this.#ofClient}keyOf(refreshToken){return hash2(this.#hashKey,refreshToken)}rename(connection,before,key){
if(this.#connections.get(before)===connection)this.#connections.delete(before);if(!this.#connections.has(key))this.#connections.
set(key,connection)}#sweep(){const now=Date.now();if(now-this.#sweptAt<SWEEP_MS3)return;this.#sweptAt=now;for(const[key,
connection]of this.#connections){if(connection.isForgettable(now-KEPT_MS3))this.#connections.delete(key)}}}}});function createCredentials(stored,pair,holder,environment){const{client,problems}=environment;const facts=(0,import_core24.core)().
holdsTokens(stored.kind)?pair:UNKNOWN2;if(!stored.canRenew)return new Credentials(stored,facts);if(!client)return new StrandedCredentials(
stored,facts,problems);const keeper=keeperOf({...environment,client});if(!(0,import_core24.core)().isOfClient(stored.kind))
return new RenewedCredentials(stored,keeper.attach(pair,holder),holder);const connection=keeper.ofClient();names.set(connection,
`client ${client.clientId}`);return new RenewedCredentials(stored,connection,holder)}function bearer(current){return{authorization:(0,import_core24.core)().
bearer(current.accessToken),current}}function nameOf(connection){const name=names.get(connection)??`connection ${(0,import_node_crypto6.randomUUID)()}`;
names.set(connection,name);return name}var import_node_crypto6,import_core24,import_digest,UNKNOWN2,Credentials,StrandedCredentials,
RenewedCredentials,names;var init_credentials=__esm({"js/credentials.js"(){import_node_crypto6=require("node:crypto");init_activity();
import_core24=require("./shared.cjs");import_digest=require("./shared.cjs");init_token_endpoint();init_token_keeper();UNKNOWN2=
Object.freeze({});Credentials=class{#only;#facts;constructor({kind,authorization,email,hasUser,hint},facts=UNKNOWN2){this.
kind=kind;this.email=email;this.hasUser=hasUser;this.hint=hint;this.#only=authorization===void 0?void 0:{authorization};
this.#facts=facts}get name(){return`token ${(0,import_digest.digest)(this.#only?.authorization??"").toString("base64url")}`}get connection(){
return void 0}get activity(){return activityOf(this.name)}async newest(_patienceMs){return this.#only}renews(_used,_repetitions){
return false}async cureFor(_used,_repetitions){return void 0}async facts(){return this.#facts}};StrandedCredentials=class extends Credentials{#problems;#expiresAt;constructor(stored,facts,problems){
super(stored,facts);this.#problems=problems;this.#expiresAt=facts.expiresAt}async newest(){const newest=await super.newest();
if(newest===void 0||(0,import_core24.core)().isExpired(this.#expiresAt,Date.now()))throw configFailure(this.#problems);return newest}renews(){
throw configFailure(this.#problems)}};RenewedCredentials=class extends Credentials{#connection;#holder;constructor({authorization:_kept,
...stored},connection,holder){super(stored);this.#connection=connection;this.#holder=holder}get name(){return nameOf(this.#connection)}get connection(){
return this.#connection}get activity(){return this.#connection.activity}async newest(patienceMs){return bearer(await this.#connection.
newest(this.#holder,patienceMs))}renews({current},repetitions){return this.#connection.rejected(current,repetitions)}async cureFor({
current},repetitions){const newer=await this.#connection.cureFor(this.#holder,current,repetitions);return newer&&bearer(
newer)}facts(){return this.#connection.latest()}};names=new WeakMap}});async function probe(test,sender,apiUrl,signal){for(let path=test.path;path!==void 0;path=test.path){try{const headers={
accept:"application/json"};const answer=await sender({method:"GET",url:apiUrl+path,headers,signal,redirect:"own"});test.
answered(answerOf(answer))}catch(error){test.failed(meaningOf(error).message)}}}async function accountOf(authorization,{
apiUrl,timeoutMs,proxies}){if(apiUrl===void 0)return void 0;try{const credentials=new Credentials({kind:"oauth",authorization,
canRenew:false,hasUser:true});const test=new((0,import_core25.core)()).ConnectionTest("oauth");const connection=()=>"new";
await probe(test,createSender({apiUrl,timeoutMs,proxies,credentials,connection}),apiUrl,signalAfter(ACCOUNT_MS));return test.
verdict?.account}catch{return void 0}}var import_core25,ACCOUNT_MS;var init_probe=__esm({"js/api/probe.js"(){import_core25=
require("./shared.cjs");init_credentials();init_time_limit();init_meaning();init_sender();ACCOUNT_MS=3e3}});function throttleOf(environment,credentials,subject,maxWaitMs){const limiter=rateLimiterOf(environment);return limiter&&
new Throttle(limiter,environment,credentials,subject,maxWaitMs)}var import_core26,COUNTED_WAIT_MS,Throttle;var init_throttle=__esm(
{"js/api/throttle.js"(){import_core26=require("./shared.cjs");init_rate_limit();init_probe();COUNTED_WAIT_MS=1e3;Throttle=
class{#limiter;#environment;#credentials;#options;#name;#isProvable;constructor(limiter,environment,credentials,subject,maxWaitMs){
this.#limiter=limiter;this.#environment=environment;this.#credentials=credentials;this.#options={maxWaitMs,log:message=>subject.
log(message)};this.#name=credentials.name;const mayBeNamed=environment.client!==void 0||environment.redis===void 0;const{
email,kind}=credentials;this.#isProvable=mayBeNamed&&(email!==void 0||subject.account!==void 0&&(0,import_core26.core)().
holdsTokens(kind))}async take(group,signal){const from=performance.now();await this.#limiter.take(this.#name,group,{...this.#options,
signal});if(performance.now()-from>=COUNTED_WAIT_MS)this.#credentials.activity.rateLimitWaits+=1}observe(group,answer){if(this.#isProvable&&
(0,import_core26.core)().provesCredential(answer.status)){void this.#limiter.prove(this.#name,()=>this.#owner())}return this.#limiter.
observe(this.#name,group,answer)}async#owner(){const{email}=this.#credentials;if(email!==void 0)return`email ${email.toLowerCase()}`;
try{const{authorization}=await this.#credentials.newest();const account=await accountOf(authorization,this.#environment);
return account?.uuid&&`user ${account.uuid}`}catch{return void 0}}}}});var ApiAccess;var init_access=__esm({"js/api/access.js"(){init_token_endpoint();init_client();init_read_ahead();init_removed_endpoints();
init_sender();init_throttle();ApiAccess=class{credentials;environment;#subject;constructor(credentials,environment,subject){
this.credentials=credentials;this.environment=environment;this.#subject=subject}get apiUrl(){const{apiUrl,problems}=this.
environment;if(!apiUrl)throw configFailure(problems.filter(({field})=>field?.endsWith("_API_URL")));return apiUrl}createSender(patienceMs,throttle){
const{apiUrl,credentials,environment:{timeoutMs,proxies}}=this;const{title,id}=this.#subject;const connection=()=>title??
id??credentials.connection?.name??credentials.kind;return createSender({apiUrl,timeoutMs,proxies,credentials,connection,
patienceMs,throttle})}createClient({maxWaitMs,patienceMs}={}){const{apiUrl,credentials,environment}=this;const subject={
account:this.#subject.account,log:text=>this.#subject.note({level:"WARN",event:"rate-limited",text})};const throttle=throttleOf(
environment,credentials,subject,maxWaitMs);let unqueued;const sender=readAhead({sender:this.createSender(patienceMs,throttle),
sendAhead:request=>{unqueued??=this.createSender(patienceMs,throttleOf(environment,credentials,subject,0));return unqueued(
request)},newest:()=>credentials.newest(patienceMs)});return createClient({apiUrl,kind:credentials.kind,activity:()=>credentials.
activity,sender:environment.replacesRemoved?this.#withRemoved(sender):sender,isQueued:throttle!==void 0,maxWaitMs})}#withRemoved(sender){
const{apiUrl,credentials}=this;const{workspace:workspace2}=this.#subject;return replaceRemoved(sender,{apiUrl,kind:credentials.
kind,lists:collectedListsOf(credentials.connection??credentials),...!credentials.hasUser&&workspace2&&{workspace:workspace2},
log:(text,event)=>this.#subject.note({level:"WARN",event,text})})}}}});async function testConnection(access,config){const{credentials,environment}=access;const{kind,hint}=credentials;const until=performance.
now()+DIALOG_TOKENS_MS;await credentials.newest(DIALOG_TOKENS_MS);const{scopes}=await credentials.facts();const{workspace:workspace2,
repository}=(0,import_arguments8.membersOf)(testConnection,"testedConfig",config);const{scopes:granted}=(0,import_arguments8.membersOf)(
testConnection,"previous",{scopes});const test=(0,import_error10.judge)(testConnection,()=>new((0,import_core27.core)()).
ConnectionTest(kind,workspace2,repository,hint,environment.login?.scopes.join(" "),granted||void 0));await probe(test,access.
createSender(until-performance.now()),access.apiUrl);const{expiresAt}=await credentials.facts();const verdict=test.verdict??
{success:false,message:(0,import_core27.failure)("API_FAILED","api").message};return{...verdict,...expiresAt!==void 0&&{
expiresAt}}}async function connectionStatus({credentials,environment:{client}},{account}){const{kind,hint}=credentials;const{
scopes:stored,expiresAt,obtainedAt}=await credentials.facts();const{scopes:text}=stored?(0,import_arguments8.membersOf)(
connectionStatus,"scopes",{scopes:stored}):{};const scopes=(0,import_error10.judge)(connectionStatus,()=>(0,import_core27.core)().
readScopes(text??""));const isKnown=scopes.length>0;return{kind,...account&&(0,import_core27.core)().holdsTokens(kind)&&
{account:(0,import_arguments8.pick)(account,ACCOUNT_MEMBERS)},...isKnown&&{scopes},...isKnown&&client&&{missingScopes:(0,import_error10.judge)(
connectionStatus,()=>client.missingScopes(scopes.join(" ")))},...expiresAt!==void 0&&{expiresAt},...obtainedAt!==void 0&&
{refreshedAt:obtainedAt},...hint&&{hint},activity:credentials.activity.counters}}var import_arguments8,import_core27,import_error10,
ACCOUNT_MEMBERS;var init_connection_test=__esm({"js/nocodb/connection-test.js"(){init_probe();import_arguments8=require("./shared.cjs");
import_core27=require("./shared.cjs");import_error10=require("./shared.cjs");init_dialog();ACCOUNT_MEMBERS=["uuid","nick\
name","displayName"]}});async function listWorkspaces(access,own,query){const address=pageAddress("/user/workspaces",query);const slug=typeof own===
"string"?own.trim():"";if(slug&&!access.credentials.hasUser)return{values:[{slug}]};return list(access,address,WORKSPACE_MEMBERS,
value=>value.workspace??value)}async function listRepositories(access,own,query){const{workspace:workspace2=own}=query;const segment=(0,import_error11.judge)(
listRepositories,()=>(0,import_core28.core)().workspaceSegment((0,import_arguments9.stringOf)(workspace2)));const address=pageAddress(
`/repositories/${segment}`,query);return list(access,address,REPOSITORY_MEMBERS)}function pageAddress(path,{next,page}){
if(page===void 0||typeof page==="string")return(0,import_error11.judge)(pageAddress,()=>(0,import_core28.core)().pageAddress(
path,next,page));const number=typeof page==="number"?page:NaN;return(0,import_error11.judge)(pageAddress,()=>(0,import_core28.core)().
pageAddress(path,next,void 0,number))}async function list(access,address,names2,unwrap=value=>value){try{const client=access.
createClient({maxWaitMs:DIALOG_MS,patienceMs:DIALOG_TOKENS_MS});const asked=listOf(client,address);const{values,goOn}=await inDialog(
fetchPage(client,asked,{},{maxWaitMs:DIALOG_MS}));return{values:values.map(value=>(0,import_arguments9.pick)(unwrap((0,import_arguments9.members)(
value)),names2)),...goOn()&&{next:(0,import_error11.judge)(list,()=>asked.token)}}}catch(error){throw meaningOf(error)}}
var import_arguments9,import_core28,import_error11,REPOSITORY_MEMBERS,WORKSPACE_MEMBERS;var init_lists=__esm({"js/nocodb\
/lists.js"(){init_meaning();init_paginate();import_arguments9=require("./shared.cjs");import_core28=require("./shared.cjs");
import_error11=require("./shared.cjs");init_dialog();REPOSITORY_MEMBERS=["full_name","name","slug","uuid","description",
"is_private"];WORKSPACE_MEMBERS=["slug","name","uuid"]}});var requests_exports={};
__export(requests_exports,{ApiAccess:()=>ApiAccess,accountOf:()=>accountOf,clientOf:()=>clientOf,
connectionStatus:()=>connectionStatus,createCredentials:()=>createCredentials,isCuredByRenewal:()=>isCuredByRenewal,keeperOf:()=>keeperOf,
listRepositories:()=>listRepositories,listWorkspaces:()=>listWorkspaces,requestTokens:()=>requestTokens,testConnection:()=>testConnection,
withoutTokens:()=>withoutTokens});var init_requests=__esm({"js/nocodb/requests.js"(){init_access();init_client();init_probe();
init_credentials();init_token_endpoint();init_token_keeper();init_connection_test();init_lists()}});var entry_exports={};__export(entry_exports,{BitbucketAuthError:()=>import_error14.BitbucketAuthError,BitbucketAuthIntegration:()=>BitbucketAuthIntegration,
createEntry:()=>createEntry,default:()=>entry_default,isBitbucketAxiosError:()=>isBitbucketAxiosError});module.exports=__toCommonJS(
entry_exports);var import_core_wasm=require("./inlined/core.wasm.js");init_meaning();var import_error14=require("./shared.cjs");
init_log_lines();var import_environment2=require("./shared.cjs");var CATEGORY="Authentication";var OAUTH={label:"OAuth2",value:"oauth"};var ACCESS_TOKEN={label:"Access token",value:"api\
_key"};var API_TOKEN={label:"API token",value:"basic"};var CLIENT={label:"OAuth client itself",value:"custom"};var TESTED="\
As in bitbucket.org/my-workspace. Optional; the connection test asks for it";var SLUG="[A-Za-z0-9_.{}-]+";function form({
login,mayActAsClient}){const offersClient=login!==void 0&&mayActAsClient;return[{type:"input",label:"Integration name",model:"\
title",placeholder:"Integration name",category:"General",validators:[{type:"required",message:"Integration name is requi\
red"}]},{type:"select",label:"Auth type",model:"config.type",category:CATEGORY,placeholder:"Select auth type",defaultValue:login?
OAUTH.value:ACCESS_TOKEN.value,options:[...login?[OAUTH]:[],ACCESS_TOKEN,API_TOKEN,...offersClient?[CLIENT]:[]],validators:[
{type:"required",message:"Auth type is required"}]},...login?[oauthButton(login,OAUTH.value)]:[],{type:"input",label:"At\
lassian account e-mail",model:"config.email",category:CATEGORY,placeholder:"you@example.com",helpText:"The address that \
you log in to Atlassian with, not your Bitbucket user name",condition:{model:"config.type",value:API_TOKEN.value},validators:[
{type:"required",message:"The e-mail address is required"},{type:"email",message:"This is not an e-mail address"}]},{type:"\
password",label:"Access token",model:"config.token",category:CATEGORY,placeholder:"Enter your access token",helpText:"A \
repository, project or workspace access token, from the settings of that repository, project or workspace at Bitbucket C\
loud",condition:{model:"config.type",value:ACCESS_TOKEN.value},validators:[{type:"required",message:"Access token is req\
uired"}]},{type:"password",label:"API token",model:"config.token",category:CATEGORY,placeholder:"Enter your API token",helpText:'\
Made in the Atlassian account with "Create API token with scopes", for Bitbucket',condition:{model:"config.type",value:API_TOKEN.
value},validators:[{type:"required",message:"API token is required"}]},workspace([ACCESS_TOKEN.value,API_TOKEN.value],TESTED),
...offersClient?[workspace([CLIENT.value],`No user is involved: NocoDB acts as the configured OAuth client, which must b\
e a private one. ${TESTED}`)]:[],{type:"input",label:"Repository",model:"config.repository",category:CATEGORY,placeholder:"\
my-workspace/my-repository",helpText:"For a repository access token, as in its address. Optional; the connection test as\
ks for it",condition:{model:"config.type",value:ACCESS_TOKEN.value},validators:[{type:"regex",pattern:`^(${SLUG}/${SLUG}\
)?$`,message:"Write it as workspace/repository"}]}]}function workspace(types,helpText){return{type:"input",label:"Worksp\
ace",model:"config.workspace",category:CATEGORY,placeholder:"my-workspace",helpText,condition:{model:"config.type",in:types},
validators:[{type:"regex",pattern:`^(${SLUG})?$`,message:"This is not the name of a workspace"}]}}function oauthButton({
authorizationUrl,redirectUri,clientId,scopes},type){return{type:"oauth",label:"Bitbucket account",model:"config.oauth.co\
de",category:CATEGORY,condition:{model:"config.type",value:type},validators:[{type:"required",message:"Authenticate with\
 Bitbucket first"}],oauthMeta:{provider:"Bitbucket",authUri:authorizationUrl,redirectUri,clientId,scopes,codeKey:"code"}}}init_meaning();var import_arguments11=require("./shared.cjs");var import_core30=require("./shared.cjs");var import_error13=require("./shared.cjs");
init_token_store();init_dialog();var import_environment=require("./shared.cjs");var import_error12=require("./shared.cjs");var loaded;async function requests2(){if(loaded)return loaded;await Promise.all(
[installed("axios",Promise.resolve().then(()=>__toESM(require("axios")))),installed("axios-retry",Promise.resolve().then(()=>__toESM(require("axios-retry")))),
installed("p-limit",Promise.resolve().then(()=>__toESM(require("p-limit")))),installed("undici",Promise.resolve().then(()=>__toESM(require("undici"))))]);
loaded=await Promise.resolve().then(()=>(init_requests(),requests_exports));return loaded}async function installed(name,loading){
try{await loading}catch(error){throw broken(name,error)}}function broken(name,error){const{code,message}=error instanceof
Error?error:{};const[,missing=name]=/^Cannot find (?:module|package) '((?:@[\w-][\w.-]*\/)?[\w-][\w.-]*)['/]/.exec(String(
message))??[];const advice="install nocodb-bitbucket-auth again, with all that it depends on";return new import_error12.BitbucketAuthError(
{code:"INVALID_CONFIG",phase:"config",message:`The package ${missing} could not be loaded: ${advice}.`,field:missing,retryable:false,
reauthorize:false},{detail:typeof code==="string"?code:void 0},requests2)}var import_masks=require("./shared.cjs");var import_oauth_payload=require("./shared.cjs");var import_arguments10=require("./shared.cjs");var import_core29=require("./shared.cjs");var import_digest2=require("./shared.cjs");
init_log_lines();init_time_limit();init_token_store();var CHANGE_LIMIT_MS=5e3;var GONE=["ERR_INTEGRATION_NOT_FOUND","INT\
EGRATION_NOT_FOUND"];var changes=new Map;var StoredConfig=class{stored=0;handed=0;ending;config;tokenRefreshCallback;#host;#first;#vars;constructor(config,host){
this.config={...config};this.#host=host??{}}get id(){return textOf2(this.#host.id)}get title(){return textOf2(this.#host.
title)}get json(){return(0,import_arguments10.jsonOf)(this.config,(0,import_core29.core)().credentialMembers().split(" "))}get account(){
return textOf2((0,import_arguments10.members)(this.config.account).uuid)}get workspace(){return textOf2(this.config.workspace)}get canRefresh(){
return renewableOf(this.config)!==void 0}pair(accessToken){const{oauth_token:own}=this.config;return pairOf(this.config,
accessToken===own?own:accessToken)}note(entry){this.log(logLine(entry,{title:this.title,name:this.id}),entry.level)}log(line,level){
this.#write(line,level).catch(()=>{})}async#write(line,level){const{logger}=this.#host;if(typeof logger==="function")await logger(
line);else if(logger)await logger.log(line);else if(level!=="INFO")warn(line)}take(pair){if(pair.accessToken!==void 0&&pair.
accessToken!==this.config.oauth_token){this.#first??=keyOf2(this.config.refresh_token);this.config=withTokens(this.config,
pair)}}async store(pair,chain){if(!this.canRefresh)return"stored";const{loadConfig,saveConfig,isComposed}=this.#host;try{
if(isComposed){await this.#add(pair);return"stored"}if(loadConfig&&saveConfig)return await inTurn(this.id,()=>this.#merge(
loadConfig,saveConfig,pair,chain));await this.#overwrite(pair);return"stored"}catch(error){if(GONE.includes(String((0,import_arguments10.members)(
error).error)))return"deleted";throw error}}async read(chain){const{loadConfig}=this.#host;if(!loadConfig||!this.canRefresh)
return void 0;const row=await loadConfig();if(!row)return"deleted";const holding=await this.#holdingOf(row,pairOf(this.config,
void 0),chain,true);if(holding==="Replaced")return"replaced";const isOthers=holding==="Others"||holding==="OthersNewer";
return isOthers?pairOf(row,textOf2(row.oauth_token)):void 0}async saveVars(vars,opened2){this.config={...this.config,_vars:vars};
this.#vars=vars;await inTurn(this.id,async()=>{const connection=await opened2?.();const{loadConfig,saveConfig,isComposed}=this.#host;
if(isComposed)return this.#add(await connection?.latest());const row=await loadConfig?.();const pair=await connection?.latest();
if(pair)this.take(pair);const config=row?await this.#withNewest(row,pair,connection):this.config;if(row||!loadConfig)await saveConfig?.(
storable({...config,_vars:vars}));return void 0})}async#withNewest(row,pair,chain){if(pair?.accessToken===void 0||!chain)
return row;const holding=await this.#holdingOf(row,pair,chain,false);return holding==="Chain"||holding==="Others"?withTokens(
row,pair):row}async#merge(loadConfig,saveConfig,pair,chain){const row=await loadConfig();if(!row)return"deleted";const holding=await this.#holdingOf(
row,pair,chain,false);if(holding==="Replaced")return"replaced";this.take(pair);if(holding==="InVault")throw new Error("T\
here is no place for tokens beside a vault.");const isThere=row.oauth_token===pair.accessToken&&row.refresh_token===pair.
refreshToken;if(holding!=="OthersNewer"&&!isThere)await saveConfig(storable(withTokens(row,pair)));return holding==="Cha\
in"?"stored":"shared"}async#overwrite(pair){const{saveConfig}=this.#host;const{expires_at:before}=this.config;this.take(
pair);const isStale="oauth"in this.config||Boolean(before)&&pair.expiresAt===void 0;if(this.tokenRefreshCallback&&!(isStale&&
saveConfig))await this.tokenRefreshCallback(storedTokens(pair));else await saveConfig?.(storable(this.config))}async#add(pair){
const{saveConfig}=this.#host;if(pair)this.take(pair);const isKnown=pair?.accessToken!==void 0;const changed={...isKnown&&
storedTokens(pair),...this.#vars!==void 0&&{_vars:this.#vars}};if(this.tokenRefreshCallback)await this.tokenRefreshCallback(
changed);else if(saveConfig)await saveConfig(storable(this.config));else throw new Error("There is no place for a part o\
f a config.")}async#holdingOf(row,own,chain,isRefused){const{type,oauth_token:accessToken,refresh_token:stored}=row;const refreshToken=renewableOf(
row);const isOfSameChain=refreshToken!==void 0&&(refreshToken===this.config.refresh_token||keyOf2(refreshToken)===this.#first||
await chain.includes(refreshToken));return(0,import_core29.core)().rowHolding(refreshToken===void 0?void 0:originOf(row,
pairOf(row,void 0)),originOf(this.config,own),isOfSameChain,(0,import_core29.core)().holdsTokens(textOf2(type)??"")&&[accessToken,
stored].some(import_arguments10.isObject),isRefused)}};function renewableOf({type,refresh_token:stored}){const refreshToken=textOf2(
stored);return refreshToken!==void 0&&(0,import_core29.core)().isRenewable(textOf2(type)??"",refreshToken)?refreshToken:
void 0}function pairOf({refresh_token,expires_at,refreshed_at,scopes},accessToken){return makePair({accessToken,refreshToken:String(
refresh_token),expiresAt:epoch(expires_at),obtainedAt:epoch(refreshed_at),scopes:scopes||void 0})}function storedTokens({
accessToken="",refreshToken,expiresAt,obtainedAt,scopes=[]}){return{oauth_token:accessToken,...refreshToken&&{refresh_token:refreshToken},
...expiresAt!==void 0&&{expires_at:new Date(expiresAt).toISOString()},...obtainedAt!==void 0&&{refreshed_at:new Date(obtainedAt).
toISOString()},...scopes.length>0&&{scopes}}}function withTokens(config,pair){const{expires_at:_before,expires_in:_older,
...kept3}=config;return Object.assign(kept3,storedTokens(pair))}function storable({oauth:_transient,...config}){return config}
function originOf({authorized_at,account},{obtainedAt,expiresAt}){return new((0,import_core29.core)()).TokenOrigin(textOf2(
authorized_at),textOf2((0,import_arguments10.members)(account).uuid),obtainedAt,expiresAt)}function keyOf2(refreshToken){
return(0,import_digest2.digest)(String(refreshToken)).toString("base64url",0,16)}function textOf2(value){return typeof value===
"string"&&value!==""?value:void 0}function epoch(iso){const time=Date.parse(iso??"");return Number.isNaN(time)?void 0:time}
async function inTurn(id,work){if(id===void 0)return work();const before=changes.get(id);const change=before?within(CHANGE_LIMIT_MS,
before).then(work,work):work();changes.set(id,change);try{return await change}finally{if(changes.get(id)===change)changes.
delete(id)}}var BitbucketAuthIntegration=class{#stored;#host;#environment;#client=null;#opened;constructor(config,host,environment=(0,import_environment.lazyEnvironment)(
process.env)){this.#stored=new StoredConfig(config,host);this.#host=host??{};this.#environment=environment}get#config(){
return this.#stored.config}get config(){const{_vars,...config}=this.#config;return config}getVars(){return this.#config.
_vars??{}}async saveVars(vars){const isKept=this.#stored.canRefresh&&this.#environment().client!==void 0;await this.#stored.
saveVars(vars,isKept?()=>this.#openConnection():void 0)}log(message){const{logger}=this.#host;if(typeof logger==="functi\
on")logger(message);else logger?.log(message)}setTokenRefreshCallback(callback){this.#stored.tokenRefreshCallback=callback}async authenticate(){
const access=await this.#open();await access.credentials.newest();return this.#clientOf(access)}get client(){return this.#client}#clientOf(access){
return this.#client??=access.createClient()}async use(work){const access=await this.#open();const{isCuredByRenewal:isCuredByRenewal2,
withoutTokens:withoutTokens2}=await requests2();const{credentials}=access;let used=await credentials.newest();for(let repetitions=0;;repetitions+=
1){try{return await work(this.#clientOf(access))}catch(error){const newer=isCuredByRenewal2(error)?await credentials.cureFor(
used,repetitions):void 0;if(!newer)throw withoutTokens2(error)??error;used=newer}}}async testConnection(){try{return await inDialog(
this.#test())}catch(error){return{success:false,message:meaningOf(error).message}}}async#test(){const{testConnection:testConnection2}=await requests2();
return testConnection2(await this.#open(),this.#config)}async connectionStatus(){const{connectionStatus:connectionStatus2}=await requests2();
return connectionStatus2(await this.#open(),this.#config)}async exchangeToken(payload,_config,options){const grant=(0,import_oauth_payload.grantOf)(
payload);const environment=this.#environment();const{isInTransaction}=(0,import_arguments11.members)(options);const tokens=await this.#noteConnect(
()=>{const exchange=exchangeCode(grant,environment);return isInTransaction?inTransaction(exchange):exchange});const account=isInTransaction?
void 0:await ownerOf(tokens,environment);return{type:"oauth",...storedTokens(tokens),authorized_at:new Date(tokens.obtainedAt).
toISOString(),...account&&{account}}}async#noteConnect(exchange){const from=performance.now();const note=entry=>this.#stored.
note({...entry,durationMs:performance.now()-from});try{const tokens=await exchange();note({level:"INFO",event:"connected",
text:"Bitbucket issued tokens for a user's consent."});return tokens}catch(error){const{code,message}=meaningOf(error);note(
{level:"WARN",event:"connect-failed",text:`${code}: ${message}`});throw error}}async refreshToken(tokens,_config){const{
refresh_token:refreshToken}=(0,import_arguments11.members)(tokens);const environment=this.#environment();const{clientOf:clientOf2,
keeperOf:keeperOf2}=await requests2();const client=clientOf2(environment);(0,import_arguments11.membersOf)(this.refreshToken,
"refreshGrant",{refreshToken});(0,import_error13.judge)(this.refreshToken,()=>client.buildRefreshRequest(refreshToken));
const own=refreshToken===this.#config.refresh_token?await this.#openConnection():void 0;if(own)return storedTokens((await own.
renewed(this.#stored,refreshToken)).pair);const owner=storelessHolder();const connection=keeperOf2({...environment,client}).
attach({refreshToken},owner);return storedTokens((await connection.renewed(owner,refreshToken)).pair)}async renewIdle(){
const connection=await this.#openConnection();if(!connection?.isIdle())return{renewed:false};await connection.renewed(this.#stored);
return{renewed:true}}async destroy(){this.#client=null}maskConfig(config){return(0,import_masks.masked)(config)}async listWorkspaces(query){
const{workspace:workspace2}=this.#config;const read2=(0,import_arguments11.membersOf)(this.listWorkspaces,"listQuery",query);
const{listWorkspaces:listWorkspaces2}=await requests2();return listWorkspaces2(await this.#open(),workspace2,read2)}async listRepositories(query){
const{workspace:workspace2}=this.#config;const read2=(0,import_arguments11.membersOf)(this.listRepositories,"listQuery",
query);const{listRepositories:listRepositories2}=await requests2();return listRepositories2(await this.#open(),workspace2,
read2)}async#open(){const{ApiAccess:ApiAccess2,createCredentials:createCredentials2}=await requests2();if(this.#opened)return this.#opened;
const stored=this.#stored;const environment=this.#environment();const credential=(0,import_error13.judge)(this.authenticate,
()=>(0,import_core30.core)().readCredential(stored.json,environment.mayActAsClient));const credentials=createCredentials2(
credential,stored.pair(credential.accessToken),stored,environment);this.#opened=new ApiAccess2(credentials,environment,stored);
return this.#opened}async#openConnection(){if(!this.#stored.canRefresh)return void 0;const{clientOf:clientOf2}=await requests2();
clientOf2(this.#environment());return(await this.#open()).credentials.connection}};async function exchangeCode(grant,environment){
const{requestTokens:requestTokens2}=await requests2();return requestTokens2(environment,client=>{const{code,codeVerifier}=(0,import_arguments11.membersOf)(
requestTokens2,"codeGrant",grant);return client.buildHostTokenRequest(code,codeVerifier,environment.isVerifierOptional)},
"authorization_code")}async function ownerOf({accessToken},environment){const{accountOf:accountOf2}=await requests2();return accountOf2(
(0,import_core30.core)().bearer(accessToken),environment)}var manifest=Object.freeze({title:"Bitbucket",icon:"bitBucket",version:"0.2.0",description:"Connect to Bitbucket Cloud w\
ith OAuth 2.0, an access token or an API token",author:"The nocodb-bitbucket-auth authors",website:"https://bitbucket.or\
g",order:5,allowsPerUserCredentials:true,expose:["testConnection","connectionStatus","listWorkspaces","listRepositories"]});function createEntry(env=process.env){const environment=(0,import_environment2.lazyEnvironment)(env);let elements;return{
type:"auth",sub_type:"bitbucket",wrapper:class BitbucketAuth extends BitbucketAuthIntegration{constructor(config,host){super(
config,host,environment)}},get form(){return elements??=formFor(environment)},manifest}}var entry_default=createEntry();
function formFor(environment){try{const{problems,...usable}=environment();for(const{message}of problems)warn(message);return form(
usable)}catch(error){warn(error instanceof import_error14.BitbucketAuthError?error.message:"the configuration could not \
be read");return form({})}}0&&(module.exports={BitbucketAuthError,BitbucketAuthIntegration,createEntry,isBitbucketAxiosError});
