-- Asks Portcullis about every request (docs/FORWARD-AUTH.md). Needs HAProxy 2.6 or newer: `lua-load` this file, and write
-- `http-request lua.portcullis` into the frontend. What is not allowed is answered here and reaches no backend.

-- The gate as HAProxy reaches it, by plain http and an IP address: a `setenv` before `lua-load` says it.
local gate = "http://" .. (os.getenv("PORTCULLIS") or "127.0.0.1:3000")

-- What the gate's answer says about itself; its other headers are for the app: who is there, under the names that the app expects.
local about_the_answer = { cookie = true, ["cache-control"] = true, vary = true, date = true, server = true, ["content-type"] = true }
-- What only a proxy may say, as letters and digits alone: by how it begins, and by how it ends.
local spoof_beginnings = { "forwarded", "xforward", "xoriginal", "xrewrite", "remote", "xremote", "xauthrequest", "xauthentik", "xwebauth", "proxy",
  "xproxy", "clientcert", "xclientcert", "xssl", "sslclient", "scriptname", "pathinfo", "xscriptname", "xaccel", "xsendfile",
  "xhttpmethod", "xmethodoverride", "xportcullis" }
local spoof_endings = { "clientip", "realip", "connectingip" }
-- What belongs to one connection or to a body is not handed on, in neither direction.
local own = { host = true, connection = true, ["content-length"] = true, ["transfer-encoding"] = true, ["keep-alive"] = true,
  te = true, trailer = true, upgrade = true, expect = true, ["proxy-connection"] = true }

local function question(txn)
  local headers = {}
  for name, values in pairs(txn.http:req_get_headers()) do
    if not own[name] then
      headers[name] = {}
      for _, value in pairs(values) do
        table.insert(headers[name], value)
      end
    end
  end
  -- Overwritten, so that nothing the client says about itself remains.
  headers["x-forwarded-method"] = { txn.f:method() }
  headers["x-forwarded-proto"] = { txn.f:ssl_fc() == 1 and "https" or "http" }
  headers["x-forwarded-host"] = { txn.f:req_fhdr("host") }
  headers["x-forwarded-uri"] = { txn.f:pathq() }
  headers["x-forwarded-for"] = { txn.f:src() }
  return headers
end

local function letters_of(name)
  return (name:gsub("[_-]", ""))
end

-- Whether an app may take this field for one of a proxy's. CGI makes one "_" of every byte that is no letter or digit, so a name
-- that has others than "-" and "_" is nobody's, and the rest is compared without these two.
local function is_spoof(name)
  if name:find("[^%w_-]") then
    return true
  end
  if name:find("[_-]ip[_-]*$") then
    return true
  end
  local letters = letters_of(name)
  for _, beginning in ipairs(spoof_beginnings) do
    if letters:find("^" .. beginning) then
      return true
    end
  end
  for _, ending in ipairs(spoof_endings) do
    if letters:find(ending .. "$") then
      return true
    end
  end
  return false
end

-- Whether a machine token is in one of these values.
local function has_token(values)
  for _, value in pairs(values) do
    for start in value:gmatch("()pc_") do
      if #value:match("^pc_(%w*)", start) >= 49 then
        return true
      end
    end
  end
  return false
end

local function let_in(txn, headers)
  local upgrades, identity, answered = {}, {}, {}
  for name, values in pairs(headers) do
    if not own[name] and not about_the_answer[name] then
      identity[name] = values[0]
      answered[letters_of(name)] = true
    end
  end
  for name, values in pairs(txn.http:req_get_headers()) do
    -- A machine token is for the gate; credentials that are the app's own are in the answer.
    if is_spoof(name) or answered[letters_of(name)] or name == "authorization" or name == "http2-settings" or has_token(values) then
      txn.http:req_del_header(name)
    elseif name == "upgrade" then
      for _, value in pairs(values) do
        table.insert(upgrades, value:lower())
      end
    end
  end
  for name, value in pairs(identity) do
    txn.http:req_set_header(name, value)
  end
  txn.http:req_set_header("x-forwarded-for", txn.f:src())
  txn.http:req_set_header("x-forwarded-proto", txn.f:ssl_fc() == 1 and "https" or "http")
  txn.http:req_set_header("x-forwarded-host", txn.f:req_fhdr("host"))
  -- Another protocol speaks past the gate: a WebSocket alone may. What the client lists in Connection could drop the identity.
  txn.http:req_del_header("connection")
  if #upgrades == 1 and upgrades[1] == "websocket" then
    txn.http:req_set_header("connection", "upgrade")
  else
    txn.http:req_del_header("upgrade")
  end
  -- The visitor's cookies without the gate's own.
  txn.http:req_del_header("cookie")
  if headers.cookie then
    txn.http:req_set_header("cookie", headers.cookie[0])
  end
end

local function turn_away(txn, status, headers, body)
  local reply = txn:reply({ status = status })
  for name, values in pairs(headers) do
    if not own[name] then
      for _, value in pairs(values) do
        reply:add_header(name, value)
      end
    end
  end
  reply:set_body(body)
  txn:done(reply)
end

core.register_action("portcullis", { "http-req" }, function(txn)
  local answer = core.httpclient():get({ url = gate .. "/_auth/verify/haproxy", headers = question(txn), timeout = 5000 })
  local status = tonumber(answer and answer.status) or 0
  if status == 200 then
    let_in(txn, answer.headers)
  elseif status >= 300 and status < 600 then
    turn_away(txn, status, answer.headers or {}, answer.body or "")
  else
    turn_away(txn, 502, { ["content-type"] = { "text/plain" } }, "The gate does not answer.\n")
  end
end)
