return function()
    local x = 0.5
    local sum = 0.25
    local i = 0
    while i < 5000 do
        x = 3.75 * x * (1 - x)
        sum = sum + x / 2
        i = i + 1
    end
    return math.floor(sum * 1000)
end
