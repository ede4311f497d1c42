local function range(n)
    local made = {}
    for i = 0, n - 1 do
        made[#made + 1] = i
    end
    return made
end

local function map(f, list)
    local made = {}
    for _, x in ipairs(list) do
        made[#made + 1] = f(x)
    end
    return made
end

local function filter(f, list)
    local made = {}
    for _, x in ipairs(list) do
        if f(x) then
            made[#made + 1] = x
        end
    end
    return made
end

local function reduce(f, list, value)
    for _, x in ipairs(list) do
        value = f(value, x)
    end
    return value
end

return function()
    local squares = map(function(x) return x * x end, range(300))
    local odd = filter(function(x) return x % 2 == 1 end, squares)
    return reduce(function(sum, x) return sum + x end, odd, 0)
end
