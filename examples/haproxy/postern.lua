-- Asks Postern whether the request may pass. Whatever goes wrong here leaves
-- txn.postern_status unset, and the configuration lets nothing through without a 200.
local address = "http://127.0.0.1:8080/forward-auth"

-- Of this connection, or told by this proxy alone.
local dropped = {
  ["host"] = true,
  ["connection"] = true,
  ["content-length"] = true,
  ["transfer-encoding"] = true,
  ["expect"] = true,
  ["upgrade"] = true,
}

-- Other spellings of these, such as x_forwarded_for, are handed on: Postern denies such requests.
local function isDropped(name)
  return dropped[name]
    or name:match("^x%-forwarded%-")
    or name:match("^x%-original%-[mh]")
    or name == "x-original-uri"
    or name:match("^postern")
end

-- What else a client names in Connection would be dropped on the way to the application,
-- postern-principal too.
local options = { ["close"] = true, ["keep-alive"] = true, ["te"] = true, ["upgrade"] = true }

local function dropsHeaders(values)
  -- The list begins at 0.
  for at = 0, values and #values or -1 do
    for option in values[at]:lower():gmatch("[^,]+") do
      local name = option:match("^%s*(.-)%s*$")
      if name ~= "" and not options[name] then
        return true
      end
    end
  end
  return false
end

local function question(txn, sent)
  local headers = {}
  local host = ""
  for name, values in pairs(sent) do
    local known = name:lower()
    local list = {}
    -- The list begins at 0; both of two Authorization headers are sent on.
    for at = 0, #values do
      list[at + 1] = values[at]
    end
    if known == "host" then
      host = table.concat(list, ",")
    elseif not isDropped(known) then
      headers[name] = list
    end
  end
  headers["x-forwarded-method"] = { txn.sf:method() }
  -- The whole target as it was sent, not the path that HAProxy would make of it.
  headers["x-forwarded-uri"] = { txn.sf:url() }
  headers["x-forwarded-host"] = { host }
  headers["x-forwarded-for"] = { txn.sf:src() }
  return headers
end

local function first(response, name)
  local values = response.headers and response.headers[name]
  return values and values[0] or ""
end

core.register_action("postern", { "http-req" }, function(txn)
  local sent = txn.http:req_get_headers()
  if dropsHeaders(sent["connection"]) then
    txn:set_var("txn.postern_reason", "REQUEST_AMBIGUOUS")
    txn:set_var("txn.postern_status", "403")
    return
  end
  local headers = question(txn, sent)
  local response = core.httpclient():get({ url = address, headers = headers, timeout = 2000 })
  txn:set_var("txn.postern_reason", first(response, "postern-reason"))
  txn:set_var("txn.postern_challenge", first(response, "www-authenticate"))
  txn:set_var("txn.postern_principal", first(response, "postern-principal"))
  txn:set_var("txn.postern_organization", first(response, "postern-organization"))
  txn:set_var("txn.postern_access_key", first(response, "postern-access-key"))
  txn:set_var("txn.postern_revision", first(response, "postern-revision"))
  txn:set_var("txn.postern_status", tostring(response.status))
end)
